package taipei.pay.app

import taipei.pay.Biller
import taipei.pay.Field
import taipei.pay.Lang
import taipei.pay.PayTaipei
import taipei.pay.ffi.PayTaipeiException
import taipei.pay.ffi.Typing

data class KeyInState(
    val biller: Biller?,
    /** Which of the biller's ways, from 0. */
    val way: Int = 0,
    /** By the field's name. */
    val typed: Map<String, String> = emptyMap(),
    /** What the core says of it so far. */
    val judged: Map<String, Typing> = emptyMap(),
    val busy: Boolean = false,
    val trouble: Trouble? = null,
) {
    val fields: List<Field> get() = biller?.ways?.getOrNull(way)?.fields.orEmpty()
    val filled: Boolean get() = fields.isNotEmpty() && fields.all { typed[it.name].orEmpty().isNotBlank() }
}

/** Bills by what stands on them, or by what somebody knows of themselves. A number is kept without a network, and asked about later. */
class KeyingIn(app: App, private val core: PayTaipei, private val holdings: Holdings, id: String) :
    Holder<KeyInState>(app, KeyInState(holdings.held.value.biller(id))) {

    fun by(way: Int) = change { KeyInState(it.biller, way) }

    fun type(field: String, text: String) {
        val biller = state.value.biller ?: return
        val short = text.take(40)
        val judged = try {
            core.billers.typing(biller.id, field, short)
        } catch (_: PayTaipeiException) {
            // The biller went while it was keyed in: asking says so.
            Typing.Unfinished
        }
        change { it.copy(typed = it.typed + (field to short), judged = it.judged + (field to judged), trouble = null) }
    }

    fun ask() {
        val now = state.value
        val biller = now.biller ?: return
        change { it.copy(busy = true, trouble = null) }
        act({ trouble -> change { it.copy(busy = false, trouble = trouble) } }) {
            val bills = core.billers.search(biller.id, now.fields.associate { it.name to now.typed[it.name].orEmpty() })
            holdings.reload()
            if (bills.size == 1) app.replace(Place.OneBill(bills[0].id)) else app.start(Place.Home)
        }
    }
}

/** Billers whose bills can be keyed in here, of the person's county and of everywhere. */
fun Held.keyable(): List<Biller> = billers.filter { it.served && it.ways.isNotEmpty() && (it.county == county || it.county == "elsewhere") }

fun Biller.inWords(words: Words): String = if (words.lang == Lang.EN) nameEn else name
