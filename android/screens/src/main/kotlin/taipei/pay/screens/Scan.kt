package taipei.pay.screens

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.CircularProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.CornerRadius
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.RoundRect
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.geometry.Rect
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.Path
import androidx.compose.ui.graphics.PathFillType
import androidx.compose.ui.graphics.drawscope.DrawScope
import androidx.compose.ui.graphics.drawscope.Stroke
import androidx.compose.ui.hapticfeedback.HapticFeedbackType
import androidx.compose.ui.platform.LocalHapticFeedback
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import taipei.pay.app.App
import taipei.pay.app.AppState
import taipei.pay.app.ScanState
import taipei.pay.app.Scanning
import taipei.pay.app.Trouble

@Composable
internal fun ScanScreen(app: App, state: AppState, scanning: Scanning, eyes: Eyes) {
    val words = state.words
    val scan by scanning.state.collectAsState()
    val haptic = LocalHapticFeedback.current
    LaunchedEffect(scan.busy) { if (scan.busy) haptic.performHapticFeedback(HapticFeedbackType.LongPress) }
    Column(Modifier.fillMaxSize()) {
        Box(Modifier.background(MaterialTheme.colorScheme.background)) { TitleBar(words.scanBill, words, { app.back() }) }
        Box(Modifier.weight(1f).fillMaxWidth()) {
            if (!scan.denied) {
                eyes.Viewfinder(Modifier.fillMaxSize(), scan.torch)
                Guide(scan)
            } else {
                Box(Modifier.fillMaxSize().background(MaterialTheme.colorScheme.background).padding(20.dp)) {
                    TroubleNotice(Trouble("camera_denied", words.cameraDenied, words.cameraDeniedHint))
                }
            }
        }
        Surface(color = MaterialTheme.colorScheme.surface, shadowElevation = 8.dp) {
            Box(Modifier.fillMaxWidth(), Alignment.Center) {
                Column(
                    Modifier.widthIn(max = 600.dp).verticalScroll(rememberScrollState()).padding(20.dp, 16.dp),
                    Arrangement.spacedBy(12.dp),
                ) { Below(state, scan, scanning, eyes) }
            }
        }
    }
}

@Composable
private fun Below(state: AppState, scan: ScanState, scanning: Scanning, eyes: Eyes) {
    val words = state.words
    val refused = scan.refused
    if (refused != null) {
        TroubleNotice(refused)
        MainButton(words.scanAgain, Drawings.scan, act = scanning::again)
        OtherButton(words.gallery, Drawings.picture, act = eyes::choosePicture)
        return
    }
    if (scan.busy) {
        Row(Modifier.fillMaxWidth(), Arrangement.spacedBy(16.dp), Alignment.CenterVertically) {
            CircularProgressIndicator(Modifier.size(32.dp), strokeWidth = 4.dp)
            Text(words.scanReading, style = MaterialTheme.typography.titleMedium)
        }
        return
    }
    Text(
        scan.advice?.run { "$message\n$hint" } ?: words.scanGuide,
        Modifier.fillMaxWidth().semantics { liveRegion = LiveRegionMode.Polite },
        style = MaterialTheme.typography.titleMedium, textAlign = TextAlign.Center, minLines = 2,
    )
    val torch: @Composable () -> Unit = {
        OtherButton(if (scan.torch) words.torchOff else words.torchOn, Drawings.torch) { scanning.torch(!scan.torch) }
    }
    val gallery: @Composable () -> Unit = { OtherButton(words.gallery, Drawings.picture, act = eyes::choosePicture) }
    when {
        scan.denied -> gallery()
        isLarge() || state.words.lang == taipei.pay.Lang.EN -> {
            torch()
            gallery()
        }
        else -> Row(Modifier.fillMaxWidth(), Arrangement.spacedBy(12.dp)) {
            Box(Modifier.weight(1f)) { torch() }
            Box(Modifier.weight(1f)) { gallery() }
        }
    }
}

/** Where the code should be: corners around it, all else darker. */
@Composable
private fun Guide(scan: ScanState) {
    val colour = if (scan.busy) MaterialTheme.colorScheme.primaryContainer else Color.White
    Canvas(Modifier.fillMaxSize()) {
        val side = minOf(size.width * 0.8f, size.height * 0.8f)
        val frame = Rect(Offset((size.width - side) / 2, (size.height - side) / 2), Size(side, side))
        val corner = CornerRadius(24.dp.toPx())
        val around = Path().apply {
            fillType = PathFillType.EvenOdd
            addRect(Rect(Offset.Zero, size))
            addRoundRect(RoundRect(frame, corner))
        }
        drawPath(around, Color.Black.copy(alpha = 0.45f))
        corners(frame, corner.x, colour)
    }
}

private fun DrawScope.corners(frame: Rect, radius: Float, colour: Color) {
    val arm = frame.width / 6
    val stroke = Stroke(5.dp.toPx())
    for ((x, right) in listOf(frame.left to 1f, frame.right to -1f)) {
        for ((y, down) in listOf(frame.top to 1f, frame.bottom to -1f)) {
            val path = Path().apply {
                moveTo(x, y + down * arm)
                lineTo(x, y + down * radius)
                quadraticBezierTo(x, y, x + right * radius, y)
                lineTo(x + right * arm, y)
            }
            drawPath(path, colour, style = stroke)
        }
    }
}
