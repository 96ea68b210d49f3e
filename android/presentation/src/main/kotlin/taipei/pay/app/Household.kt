package taipei.pay.app

import taipei.pay.Bill
import taipei.pay.KnownNumber
import taipei.pay.PayTaipei

data class HouseholdState(
    /** The number that is being named, and what was typed for it. */
    val naming: KnownNumber? = null,
    val typed: String = "",
    /** What was not learnt, and of which number. */
    val failed: Map<KnownNumber, Trouble> = emptyMap(),
    val busy: Boolean = false,
    val trouble: Trouble? = null,
)

/** The numbers of a household: named, and asked about all at once. */
class Household(app: App, private val core: PayTaipei, private val holdings: Holdings) : Holder<HouseholdState>(app, HouseholdState()) {
    fun ask() {
        change { it.copy(busy = true, trouble = null, failed = emptyMap()) }
        act(::refused) {
            val asked = core.billers.household()
            holdings.reload()
            change { it.copy(busy = false, failed = asked.failed.associate { one -> one.number to Trouble.of(one.refusal, app.words) }) }
        }
    }

    fun name(number: KnownNumber?) = change { it.copy(naming = number, typed = number?.nickname.orEmpty(), trouble = null) }

    fun type(text: String) = change { it.copy(typed = text.take(40), trouble = null) }

    fun keep() {
        val (number, typed) = state.value.run { (naming ?: return) to typed }
        act(::refused) {
            core.billers.remember(number.biller, number.number, typed.ifBlank { null })
            holdings.reload()
            name(null)
        }
    }

    fun forget() {
        val number = state.value.naming ?: return
        act(::refused) {
            core.billers.forget(number.biller, number.number)
            holdings.reload()
            name(null)
        }
    }

    private fun refused(trouble: Trouble) = change { it.copy(busy = false, trouble = trouble) }
}

/** Bills of a number that are to be paid. */
fun Held.dueOf(number: KnownNumber): List<Bill> = due.filter { it.biller == number.biller && it.number == number.number }
