package taipei.pay.screens

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.aspectRatio
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.widthIn
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.remember
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import taipei.pay.Picture
import taipei.pay.app.App
import taipei.pay.app.AppState
import taipei.pay.app.Elsewhere
import taipei.pay.app.Showing
import taipei.pay.moneyText

@Composable
internal fun ReceiptScreen(app: App, state: AppState, seen: Seen, id: String, showing: Showing, eyes: Eyes) {
    val words = state.words
    val show by showing.state.collectAsState()
    LaunchedEffect(showing) { showing.open() }
    Page(words.receiptTitle, words, { app.back() }) {
        val payment = seen.held.payment(id)
        if (payment == null) {
            Missing(words, seen)
            return@Page
        }
        show.trouble?.let { TroubleNotice(it) }
        show.qr?.let { Printed(it, words.receiptQr, eyes) }
        InfoNotice(words.receiptShowHint)
        Tile {
            Fact(words.billTitle, payment.billerName)
            Fact(words.billNumber, payment.number)
            payment.charged?.let { Fact(words.charged, moneyText(it), strong = true) }
            payment.receipt?.let { Fact(words.receipt, it) }
        }
    }
}

@Composable
internal fun OtherWaysScreen(app: App, state: AppState, seen: Seen, id: String, elsewhere: Elsewhere, eyes: Eyes) {
    val words = state.words
    val other by elsewhere.state.collectAsState()
    LaunchedEffect(elsewhere) { elsewhere.open() }
    Page(words.otherWays, words, { app.back() }) {
        seen.held.bill(id)?.let { Biller(it, words, seen) }
        val ways = other.ways
        if (ways == null) Waiting(words.loading) else if (ways.isEmpty()) Nothing(Drawings.paper, words.otherWaysNone, words.missingHint)
        other.barcodes?.let {
            SectionTitle(words.otherWaysBarcodes)
            Printed(it.picture, it.texts.joinToString(), eyes)
        }
        other.trouble?.let { TroubleNotice(it) }
        for (way in ways.orEmpty()) Tile {
            Text(way.name, style = MaterialTheme.typography.titleMedium)
            Text(way.how, color = MaterialTheme.colorScheme.onSurfaceVariant, style = MaterialTheme.typography.bodyLarge)
        }
    }
}

/** A code as it is on paper: black on white in the dark too, or no scanner reads it. */
@Composable
private fun Printed(picture: Picture, name: String, eyes: Eyes) {
    val pixels = remember(picture) { eyes.pixels(picture.png) }
    val (width, height) = picture.width.toInt() to picture.height.toInt()
    Box(Modifier.fillMaxWidth(), Alignment.Center) {
        Box(Modifier.widthIn(max = 420.dp).fillMaxWidth().background(Color.White, round).padding(16.dp)) {
            Canvas(Modifier.fillMaxWidth().aspectRatio(width.toFloat() / height).semantics { contentDescription = name }) {
                val unit = size.width / width
                for (y in 0 until height) {
                    var x = 0
                    while (x < width) {
                        var end = x
                        while (end < width && pixels[y * width + end] and 0xff < 128) end += 1
                        // A little more than a line, so that no light shines between two.
                        if (end > x) drawRect(Color.Black, Offset(x * unit, y * unit), Size((end - x) * unit, unit + 0.5f))
                        x = end + 1
                    }
                }
            }
        }
    }
}
