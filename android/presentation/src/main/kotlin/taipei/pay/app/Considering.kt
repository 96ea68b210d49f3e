package taipei.pay.app

import taipei.pay.BillStatus
import taipei.pay.KnownNumber
import taipei.pay.PayTaipei

data class BillState(val busy: Boolean = false, val trouble: Trouble? = null)

/** One bill that is looked at: how it stands is asked for, and its number may be kept under a name. */
class Considering(app: App, private val core: PayTaipei, private val holdings: Holdings, private val id: String) :
    Holder<BillState>(app, BillState()) {

    /** Asks, where nobody did before and somebody answers. */
    fun open() {
        if (holdings.held.value.bill(id)?.status == BillStatus.UNCHECKED && app.device.online.value) check()
    }

    /** Whose it is and what is payable, as the platform says it now. Pays nothing. */
    fun check() {
        change { it.copy(busy = true, trouble = null) }
        act(::refused) {
            core.bills.check(id)
            holdings.reload()
            change { it.copy(busy = false) }
        }
    }

    /** Keeps the bill's number for the next time, and lets it be named. */
    fun keepNumber() {
        val bill = holdings.held.value.bill(id) ?: return
        act(::refused) {
            val kept: KnownNumber = core.billers.remember(bill.biller, bill.number, bill.nickname)
            holdings.reload()
            app.go(Place.Household)
            app.household().name(kept)
        }
    }

    private fun refused(trouble: Trouble) = change { it.copy(busy = false, trouble = trouble) }
}
