package taipei.pay.bench

import bare.echo.EchoException
import bare.echo.Taker
import java.lang.management.ManagementFactory
import java.nio.ByteBuffer
import taipei.pay.Lang
import taipei.pay.Scanner
import taipei.pay.ffi.PayTaipeiException

/** A frame of full high definition, one byte a pixel. */
private const val WIDTH = 1920
private const val HEIGHT = 1080

/** Kept, so that no call is left out by the compiler. */
@Volatile private var kept: Any? = null

/** Prints one JSON object. `calls ROUNDS`: nanoseconds of processor time a call; `cold ours|bare`: milliseconds to the first answer. */
fun main(arguments: Array<String>) {
    when (arguments[0]) {
        "calls" -> calls(arguments[1].toInt())
        "cold" -> cold(arguments[1])
        else -> error("calls ROUNDS | cold ours|bare")
    }
}

/** From nothing loaded to the first answer. */
private fun cold(whose: String) {
    val started = System.nanoTime()
    kept = when (whose) {
        "ours" -> taipei.pay.moneyText(428)
        "bare" -> bare.echo.echo(428)
        else -> error(whose)
    }
    println("""{"ms":${(System.nanoTime() - started) / 1e6}}""")
}

private class Pair(val name: String, val calls: Int, val ours: () -> Any?, val bare: () -> Any?)

private fun calls(rounds: Int) {
    val scanner = Scanner()
    val taker = Taker()
    val frame = ByteBuffer.allocateDirect(WIDTH * HEIGHT)
    val array = ByteArray(WIDTH * HEIGHT)
    val refusal = try {
        error("not refused: ${scanner.frame(frame, WIDTH, HEIGHT, WIDTH - 1)}")
    } catch (refused: PayTaipeiException.Input) {
        refused.refusal
    }
    bare.echo.remember(
        taipei.pay.billers(Lang.ZH_HANT).map {
            bare.echo.Biller(it.id, it.name, it.nameEn, it.category, it.county, it.served, it.scan, it.fields, it.hint)
        },
        taipei.pay.providers(Lang.ZH_HANT).map { bare.echo.Provider(it.id, it.name) },
        bare.echo.Refusal(
            refusal.code,
            refusal.detail,
            bare.echo.Words(refusal.message.zh, refusal.message.en),
            bare.echo.Words(refusal.hint.zh, refusal.hint.en),
        ),
    )
    check(bare.echo.billers(bare.echo.Lang.ZH_HANT).size == taipei.pay.billers(Lang.ZH_HANT).size)
    val pairs = listOf(
        Pair("text", 4_000, { taipei.pay.moneyText(1_280) }, { bare.echo.echo(1_280) }),
        Pair("providers", 1_500, { taipei.pay.providers(Lang.ZH_HANT) }, { bare.echo.providers(bare.echo.Lang.ZH_HANT) }),
        Pair("billers", 400, { taipei.pay.billers(Lang.ZH_HANT) }, { bare.echo.billers(bare.echo.Lang.ZH_HANT) }),
        // Narrower than it says: refused once it was handed over, before any pixel is looked at.
        Pair("frame", 1_500, { refused { scanner.frame(frame, WIDTH, HEIGHT, WIDTH - 1) } }, { turnedAway(taker, frame) }),
    )
    val copy = ByteBuffer.allocateDirect(WIDTH * HEIGHT)
    val all = pairs + Pair(
        "array", 60, { refused { scanner.frame(ByteBuffer.wrap(array), WIDTH, HEIGHT, WIDTH - 1) } }, { copy.clear().put(array) },
    )
    // The first rounds warm up.
    for (round in -WARM until rounds) {
        val figures = all.map { pair ->
            var (ours, bare) = 0.0 to 0.0
            // In short turns: whatever else the machine has to do meets both.
            repeat(TURNS) {
                ours += nanoseconds(pair.calls / TURNS, pair.ours) / TURNS
                bare += nanoseconds(pair.calls / TURNS, pair.bare) / TURNS
            }
            """"${pair.name}":{"ours":$ours,"bare":$bare}"""
        }
        if (round >= 0) println("{${figures.joinToString(",")}}")
    }
}

private const val WARM = 30
private const val TURNS = 10
private val threads = ManagementFactory.getThreadMXBean()

/** Processor time of this thread, on which the whole of a call runs, for one call. */
private fun nanoseconds(calls: Int, call: () -> Any?): Double {
    val started = threads.currentThreadCpuTime
    repeat(calls) { kept = call() }
    return (threads.currentThreadCpuTime - started).toDouble() / calls
}

private fun refused(call: () -> Any?): Any = try {
    error("not refused: ${call()}")
} catch (refused: PayTaipeiException.Input) {
    refused
}

private fun turnedAway(taker: Taker, frame: ByteBuffer): Any = try {
    error("not refused: ${taker.frame(frame, WIDTH.toUInt(), HEIGHT.toUInt(), (WIDTH - 1).toUInt(), bare.echo.Rotation.R0)}")
} catch (refused: EchoException.Input) {
    refused
}
