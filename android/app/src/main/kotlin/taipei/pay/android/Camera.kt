package taipei.pay.android

import android.annotation.SuppressLint
import android.content.Context
import android.graphics.ImageFormat
import android.graphics.Matrix
import android.graphics.RectF
import android.graphics.SurfaceTexture
import android.hardware.camera2.CameraAccessException
import android.hardware.camera2.CameraCaptureSession
import android.hardware.camera2.CameraCharacteristics
import android.hardware.camera2.CameraDevice
import android.hardware.camera2.CameraManager
import android.hardware.camera2.CaptureRequest
import android.hardware.camera2.params.OutputConfiguration
import android.hardware.camera2.params.SessionConfiguration
import android.media.ImageReader
import android.os.Handler
import android.os.HandlerThread
import android.util.Size
import android.view.Surface
import android.view.TextureView
import java.nio.ByteBuffer
import taipei.pay.Rotation

/** What wants frames: luma, width, height, stride and how far the picture is turned. Answers whether it wants more. */
typealias FrameSink = (ByteBuffer, Int, Int, Int, Rotation) -> Boolean

/**
 * The camera at the back, into a view and as luma to a sink, on a thread of its own. A frame is read where the camera wrote it;
 * while the sink looks, older ones are dropped for the newest.
 */
class Camera(context: Context, private val view: TextureView, private val sink: FrameSink) : AutoCloseable {
    private val manager = context.service<CameraManager>()
    private val thread = HandlerThread("camera").apply { start() }
    private val handler = Handler(thread.looper)
    private val id = manager.cameraIdList.firstOrNull {
        manager.getCameraCharacteristics(it)[CameraCharacteristics.LENS_FACING] == CameraCharacteristics.LENS_FACING_BACK
    }
    private val size = id?.let(::frameSize) ?: Size(1280, 720)
    private val reader = ImageReader.newInstance(size.width, size.height, ImageFormat.YUV_420_888, 3)
    private var device: CameraDevice? = null
    private var session: CameraCaptureSession? = null
    private var request: CaptureRequest.Builder? = null
    private var isOpening = false
    private var isClosed = false

    init {
        reader.setOnImageAvailableListener(::look, handler)
        view.surfaceTextureListener = object : TextureView.SurfaceTextureListener {
            override fun onSurfaceTextureAvailable(surface: SurfaceTexture, width: Int, height: Int) = start()
            override fun onSurfaceTextureSizeChanged(surface: SurfaceTexture, width: Int, height: Int) = turn(width, height)
            override fun onSurfaceTextureDestroyed(surface: SurfaceTexture) = true
            override fun onSurfaceTextureUpdated(surface: SurfaceTexture) = Unit
        }
        if (view.isAvailable) start()
    }

    fun torch(on: Boolean) {
        handler.post {
            val mode = if (on) CaptureRequest.FLASH_MODE_TORCH else CaptureRequest.FLASH_MODE_OFF
            request?.set(CaptureRequest.FLASH_MODE, mode)
            repeat()
        }
    }

    private fun look(reader: ImageReader) {
        reader.acquireLatestImage()?.use { image ->
            val luma = image.planes[0]
            sink(luma.buffer, image.width, image.height, luma.rowStride, rotation())
        }
    }

    private fun rotation(): Rotation = when (turned()) {
        90 -> Rotation.R90
        180 -> Rotation.R180
        270 -> Rotation.R270
        else -> Rotation.R0
    }

    /** Degrees clockwise from the sensor's picture to an upright one. */
    private fun turned(): Int {
        val sensor = id?.let { manager.getCameraCharacteristics(it)[CameraCharacteristics.SENSOR_ORIENTATION] } ?: 0
        return (sensor - display() + 360) % 360
    }

    private fun display() = when (view.display?.rotation) {
        Surface.ROTATION_90 -> 90
        Surface.ROTATION_180 -> 180
        Surface.ROTATION_270 -> 270
        else -> 0
    }

    /** Full HD or the next below it: barcodes of bills need the width. */
    private fun frameSize(id: String): Size? =
        manager.getCameraCharacteristics(id)[CameraCharacteristics.SCALER_STREAM_CONFIGURATION_MAP]
            ?.getOutputSizes(ImageFormat.YUV_420_888)?.filter { it.width <= 1920 && it.height <= 1080 }
            ?.maxByOrNull { it.width * it.height }

    // Asked for by the activity before this is made.
    @SuppressLint("MissingPermission")
    private fun start() {
        val camera = id ?: return
        turn(view.width, view.height)
        handler.post { isOpening = true }
        manager.openCamera(camera, { handler.post(it) }, object : CameraDevice.StateCallback() {
            override fun onOpened(opened: CameraDevice) {
                isOpening = false
                device = opened
                if (isClosed) end() else begin(opened)
            }

            override fun onDisconnected(gone: CameraDevice) = failed(gone)
            override fun onError(broken: CameraDevice, error: Int) = failed(broken)
        })
    }

    private fun begin(opened: CameraDevice) {
        val texture = view.surfaceTexture ?: return
        texture.setDefaultBufferSize(size.width, size.height)
        val shown = Surface(texture)
        request = opened.createCaptureRequest(CameraDevice.TEMPLATE_PREVIEW).apply {
            addTarget(shown)
            addTarget(reader.surface)
            set(CaptureRequest.CONTROL_AF_MODE, CaptureRequest.CONTROL_AF_MODE_CONTINUOUS_PICTURE)
        }
        val outputs = listOf(OutputConfiguration(shown), OutputConfiguration(reader.surface))
        opened.createCaptureSession(
            SessionConfiguration(SessionConfiguration.SESSION_REGULAR, outputs, { handler.post(it) }, object : CameraCaptureSession.StateCallback() {
                override fun onConfigured(configured: CameraCaptureSession) {
                    session = configured
                    repeat()
                }

                override fun onConfigureFailed(configured: CameraCaptureSession) = configured.close()
            }),
        )
    }

    private fun repeat() {
        val wanted = request?.build() ?: return
        try {
            session?.setRepeatingRequest(wanted, null, handler)
        } catch (_: CameraAccessException) {
            // Another app took it: the view stays as it is, and pictures of the gallery still work.
        }
    }

    /** Fills the view: the sensor's picture is turned and as much too large as it has to be. */
    private fun turn(width: Int, height: Int) {
        if (width == 0 || height == 0) return
        val isUpright = turned() % 180 != 0
        val (across, down) = if (isUpright) size.height to size.width else size.width to size.height
        val scale = maxOf(width.toFloat() / across, height.toFloat() / down)
        val centre = RectF(0f, 0f, width.toFloat(), height.toFloat())
        view.setTransform(Matrix().apply {
            setScale(across * scale / width, down * scale / height, centre.centerX(), centre.centerY())
            postRotate(-display().toFloat(), centre.centerX(), centre.centerY())
        })
    }

    override fun close() {
        view.surfaceTextureListener = null
        handler.post {
            isClosed = true
            // A camera that opens only now is closed when it has.
            if (!isOpening) end()
        }
    }

    private fun failed(camera: CameraDevice) {
        isOpening = false
        camera.close()
        if (isClosed) end()
    }

    private fun end() {
        session?.close()
        device?.close()
        reader.close()
        thread.quitSafely()
    }
}
