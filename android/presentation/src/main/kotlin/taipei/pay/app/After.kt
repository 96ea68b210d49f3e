package taipei.pay.app

import taipei.pay.Barcodes
import taipei.pay.OtherWay
import taipei.pay.PayTaipei
import taipei.pay.Picture

data class ReceiptState(val qr: Picture? = null, val trouble: Trouble? = null)

/** A receipt as somebody else verifies it. */
class Showing(app: App, private val core: PayTaipei, private val payment: String) : Holder<ReceiptState>(app, ReceiptState()) {
    fun open() = act({ trouble -> change { it.copy(trouble = trouble) } }) {
        val qr = core.payments.receiptQr(payment)
        change { ReceiptState(qr) }
    }
}

data class ElsewhereState(
    /** `null` until it is read. */
    val ways: List<OtherWay>? = null,
    val barcodes: Barcodes? = null,
    /** Why there are no barcodes to show. */
    val trouble: Trouble? = null,
)

/** Where else a bill can be paid, and what is scanned there. */
class Elsewhere(app: App, private val core: PayTaipei, private val bill: String) : Holder<ElsewhereState>(app, ElsewhereState()) {
    fun open() = act({ trouble -> change { it.copy(trouble = trouble) } }) {
        val ways = core.bills.otherWays(bill)
        change { it.copy(ways = ways) }
        if (ways.any { it.byBarcodes }) {
            val barcodes = core.bills.barcodes(bill)
            change { it.copy(barcodes = barcodes) }
        }
    }
}

data class SettingsState(val trouble: Trouble? = null)

/** What the phone holds of the person, for the person. */
class Exporting(app: App, private val core: PayTaipei) : Holder<SettingsState>(app, SettingsState()) {
    fun payments() = share("payments.csv") { core.paymentsCsv() }

    fun bills() = share("bills.csv") { core.billsCsv() }

    private fun share(name: String, text: suspend () -> String) {
        change { SettingsState() }
        act({ trouble -> change { SettingsState(trouble) } }) { app.device.share(name, text()) }
    }
}
