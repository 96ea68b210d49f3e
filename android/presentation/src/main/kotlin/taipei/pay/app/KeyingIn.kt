package taipei.pay.app

import taipei.pay.Biller
import taipei.pay.PayTaipei

data class KeyInState(val biller: Biller?, val number: String = "", val busy: Boolean = false, val trouble: Trouble? = null)

/** A bill by the number that stands on it. Without a network it is kept, and asked about later. */
class KeyingIn(app: App, private val core: PayTaipei, private val holdings: Holdings, id: String) :
    Holder<KeyInState>(app, KeyInState(taipei.pay.billers(app.words.lang).find { it.id == id })) {

    fun type(number: String) = change { it.copy(number = number.take(40), trouble = null) }

    fun ask() {
        val biller = state.value.biller ?: return
        change { it.copy(busy = true, trouble = null) }
        act({ trouble -> change { it.copy(busy = false, trouble = trouble) } }) {
            val bills = core.bills.inquire(biller.id, state.value.number)
            holdings.reload()
            if (bills.size == 1) app.replace(Place.OneBill(bills[0].id)) else app.start(Place.Home)
        }
    }
}

/** Billers whose bills can be keyed in here, of a county and of everywhere. */
fun keyable(county: String, words: Words): List<Biller> = taipei.pay.billers(words.lang)
    .filter { it.served && it.county in setOf(county, "elsewhere") }
    .filter { biller -> biller.ways.any { it.fields.singleOrNull()?.name == "number" } }

fun Biller.inWords(words: Words): String = if (words.lang == taipei.pay.Lang.EN) nameEn else name
