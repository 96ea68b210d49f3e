package taipei.pay.android

import android.Manifest
import android.content.Intent
import android.content.pm.PackageManager
import android.graphics.Color
import android.net.Uri
import android.graphics.BitmapFactory
import android.os.Bundle
import android.view.TextureView
import android.view.View
import android.view.WindowManager
import android.widget.FrameLayout
import androidx.activity.ComponentActivity
import androidx.compose.runtime.Composable
import androidx.compose.runtime.DisposableEffect
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.remember
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.ComposeView
import java.io.ByteArrayOutputStream
import java.io.IOException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import taipei.pay.app.App
import taipei.pay.app.Phase
import taipei.pay.app.Place
import taipei.pay.app.scanning
import taipei.pay.screens.AppScreen
import taipei.pay.screens.Eyes

/** The window: the camera behind, the screens before it. */
class MainActivity : ComponentActivity(), Eyes {
    private lateinit var app: App
    private lateinit var glass: TextureView
    private val phone get() = (application as PayApplication).phone

    override fun onCreate(saved: Bundle?) {
        super.onCreate(saved)
        // Bills and amounts neither in screenshots nor among the recent apps.
        window.addFlags(WindowManager.LayoutParams.FLAG_SECURE)
        app = App(CoroutineScope(Dispatchers.Main + SupervisorJob()), phone, saved?.getStringArrayList(PLACES).orEmpty())
        glass = TextureView(this).apply { visibility = View.INVISIBLE }
        val screens = ComposeView(this).apply { setContent { AppScreen(app, this@MainActivity) } }
        setContentView(FrameLayout(this).apply {
            setBackgroundColor(Color.BLACK)
            fitsSystemWindows = true
            addView(glass)
            addView(screens)
        })
        follow(intent)
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        follow(intent)
    }

    /** A notice was tapped, or a business's app leads back: to the payment, whose state the core finds out by itself. */
    private fun follow(intent: Intent) {
        val payment = intent.getStringExtra(PAYMENT) ?: intent.data?.takeIf { it.path == "/return" }?.getQueryParameter("payment")
        if (payment != null && payment.length <= 64) app.start(Place.OnePayment(payment))
    }

    override fun onResume() {
        super.onResume()
        phone.presence.over(this)
        app.resumed()
    }

    override fun onPause() {
        phone.presence.over(null)
        super.onPause()
    }

    override fun onStop() {
        (app.state.value.phase as? Phase.Open)?.let { DrainService.schedule(this, it.holdings.held.value.open) }
        super.onStop()
    }

    override fun onSaveInstanceState(out: Bundle) {
        super.onSaveInstanceState(out)
        out.putStringArrayList(PLACES, ArrayList(app.saved()))
    }

    override fun onDestroy() {
        app.close()
        app.scope.cancel()
        super.onDestroy()
    }

    @Deprecated("Jetpack's dispatcher calls it")
    @Suppress("DEPRECATION", "OVERRIDE_DEPRECATION")
    override fun onBackPressed() {
        if (!app.back()) super.onBackPressed()
    }

    @Composable
    override fun Viewfinder(modifier: Modifier, torch: Boolean) {
        val scanning = app.scanning()
        val holder = remember { arrayOfNulls<Camera>(1) }
        DisposableEffect(scanning) {
            if (checkSelfPermission(Manifest.permission.CAMERA) == PackageManager.PERMISSION_GRANTED) {
                glass.visibility = View.VISIBLE
                holder[0] = Camera(this@MainActivity, glass, scanning::look)
            } else {
                requestPermissions(arrayOf(Manifest.permission.CAMERA), CAMERA)
            }
            onDispose {
                holder[0]?.close()
                glass.visibility = View.INVISIBLE
            }
        }
        LaunchedEffect(torch) { holder[0]?.torch(torch) }
    }

    override fun onRequestPermissionsResult(code: Int, permissions: Array<String>, results: IntArray) {
        super.onRequestPermissionsResult(code, permissions, results)
        if (code == CAMERA && app.state.value.place == Place.Scan) {
            app.scanning().denied(results.firstOrNull() != PackageManager.PERMISSION_GRANTED)
            // Shown anew, with the camera.
            if (results.firstOrNull() == PackageManager.PERMISSION_GRANTED) recreate()
        }
    }

    override fun pixels(png: ByteArray): IntArray {
        val picture = BitmapFactory.decodeByteArray(png, 0, png.size)
        return IntArray(picture.width * picture.height).also { picture.getPixels(it, 0, picture.width, 0, 0, picture.width, picture.height) }
    }

    override fun choosePicture() {
        val wanted = Intent(Intent.ACTION_GET_CONTENT).setType("image/*").addCategory(Intent.CATEGORY_OPENABLE)
        @Suppress("DEPRECATION")
        startActivityForResult(wanted, PICTURE)
    }

    @Deprecated("Jetpack's registry calls it")
    @Suppress("OVERRIDE_DEPRECATION")
    override fun onActivityResult(code: Int, result: Int, data: Intent?) {
        @Suppress("DEPRECATION")
        super.onActivityResult(code, result, data)
        val picture = data?.data ?: return
        if (code != PICTURE || result != RESULT_OK || app.state.value.place != Place.Scan) return
        app.scope.launch {
            val bytes = withContext(Dispatchers.IO) { read(picture) } ?: return@launch
            if (app.state.value.place == Place.Scan) app.scanning().picture(bytes)
        }
    }

    /** One byte more than the core takes, which it refuses by name; what cannot be read is no picture. */
    private fun read(picture: Uri): ByteArray? = try {
        contentResolver.openInputStream(picture)?.use { stream ->
            val bytes = ByteArrayOutputStream()
            val part = ByteArray(1 shl 16)
            while (bytes.size() <= LARGEST_PICTURE) {
                val count = stream.read(part)
                if (count < 0) break
                bytes.write(part, 0, count)
            }
            bytes.toByteArray()
        }
    } catch (_: IOException) {
        ByteArray(0)
    } catch (_: SecurityException) {
        ByteArray(0)
    }

    companion object {
        const val PAYMENT = "payment"
        private const val PLACES = "places"
        private const val CAMERA = 1
        private const val PICTURE = 2

        private const val LARGEST_PICTURE = 32 shl 20
    }
}
