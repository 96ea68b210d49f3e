package taipei.pay

import com.sun.jna.Native
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.channels.trySendBlocking
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.callbackFlow
import taipei.pay.ffi.PayTaipeiException
import taipei.pay.ffi.Subscription
import taipei.pay.ffi.VerificationObserver
import taipei.pay.ffi.VerificationStep

/**
 * The core, open. One per process is enough; [close] it when the process is done with it. Closing stops no payment: what
 * is stored goes on when it is opened next.
 *
 * Suspending functions may be called on any dispatcher and throw [PayTaipeiException], which says what was wrong and what
 * to do, in both languages. Cancelling one stops the waiting and nothing else.
 */
class PayTaipei private constructor(private val core: taipei.pay.ffi.PayTaipei) : AutoCloseable {
    private val door = Door("PayTaipei")

    val identity: Identity = Identity(core.identity(), door)
    val billers: Billers = Billers(core.billers(), door)
    val bills: Bills = Bills(core.bills(), door)
    val payments: Payments = Payments(core.payments(), door)

    /** Whether a bill or payment was met that does not open. Lists leave it out; the next drain fetches what the platform knows. */
    val isDamaged: Boolean get() = door.pass { core.isDamaged() }

    /** Everything that this phone holds of the person, for the person. */
    suspend fun export(): Export = door.passBlocking { core.export() }

    /** Every payment as a table (CSV), safe to open in a spreadsheet. */
    suspend fun paymentsCsv(): String = door.passBlocking { core.paymentsCsv() }

    /** Every bill as a table, likewise. */
    suspend fun billsCsv(): String = door.passBlocking { core.billsCsv() }

    /** Every month from the first to the last in which something was paid. */
    suspend fun spending(): List<Month> = door.passBlocking { core.spending() }

    /** The last twelve months as an SVG, which loads nothing. */
    suspend fun spendingPicture(): String = door.passBlocking { core.spendingPicture() }

    override fun close() {
        if (!door.close()) return
        identity.release()
        billers.release()
        bills.release()
        payments.release()
        core.close()
    }

    companion object {
        /** Opens the store in the configured folder, making both where they are missing. */
        suspend fun open(config: Config, vault: KeyVault, connectivity: Connectivity): PayTaipei =
            Door("PayTaipei").passBlocking { PayTaipei(taipei.pay.ffi.PayTaipei.open(config, vault, connectivity)) }
    }
}

/** Verifying the mobile number. Nothing but billers, scanning and verifying works without one. */
class Identity internal constructor(private val ffi: taipei.pay.ffi.Identity, private val door: Door) {
    /** The verified number, all but its last three digits hidden; `null` before it is verified. */
    suspend fun verifiedNumber(): String? = door.passBlocking { ffi.verifiedNumber() }

    /** Asks the operator to verify this number (`09…` or `+8869…`) on the handset. */
    suspend fun start(msisdn: String): Verification = door.passSuspending { ffi.start(msisdn) }

    /**
     * The same, and where the operator offers it, this phone's SIM is recognised by the mobile network: then [finish] ends
     * without anybody approving. Where that does not work, `mobileData` says why, and the handset has been asked.
     */
    suspend fun start(msisdn: String, cellular: Cellular): Verification =
        door.passSuspending { ffi.startOverMobileData(msisdn, cellular) }

    /**
     * Verifies this number by this method: what there is to do, step by step, the last `Verified` or `Refused`. With
     * [cellular] nobody may have to approve; `MOBILE_DATA` cannot do without.
     */
    fun verify(msisdn: String, method: VerificationMethod, cellular: Cellular? = null): Flow<VerificationStep> =
        steps { ffi.verify(msisdn, method, cellular, it) }

    /** The steps of the verification under way, after a restart too. */
    fun resume(): Flow<VerificationStep> = steps { ffi.resume(it) }

    /** Takes the app link that the operator's page led back by. */
    suspend fun pageReturned(link: String): Unit = door.passBlocking { ffi.pageReturned(link) }

    private fun steps(begin: (VerificationObserver) -> Subscription): Flow<VerificationStep> = callbackFlow {
        val observer = object : VerificationObserver {
            override fun step(step: VerificationStep) {
                // This thread is the observation's own: it stays attached to the JVM until it ends.
                Native.detach(false)
                trySendBlocking(step)
                if (step is VerificationStep.Verified || step is VerificationStep.Refused) close()
            }
        }
        val subscription = door.passBlocking { begin(observer) }
        val forget = door.onClose { close() }
        awaitClose {
            forget()
            subscription.close()
        }
    }

    /** Waits until the person has approved or refused on the handset, or the time is up. May be asked again, after a restart too. */
    suspend fun finish(): Unit = door.passSuspending { ffi.finish() }

    internal fun release() = ffi.close()
}

/** Bills on this phone. */
class Bills internal constructor(private val ffi: taipei.pay.ffi.Bills, private val door: Door) {
    /** Keeps the bill that a picture (PNG or JPEG) shows. The same bill is kept once, whatever way it comes in. */
    suspend fun addPicture(picture: ByteArray): Bill = door.passBlocking { borrowed(direct(picture)) { ffi.addPicture(it) } }

    /** Keeps the bill that the text of a code names. */
    suspend fun addText(text: String): Bill = door.passBlocking { ffi.addText(text) }

    /** Keeps the bill that a scanner's frame names ([Frame.isBill]). */
    suspend fun add(frame: Frame): Bill = door.passBlocking { ffi.addSymbols(frame.symbols) }

    /** Takes in what extensions left ([leaveDrop]), and says which files were refused. Done at opening too. */
    suspend fun takeDrops(): List<TakenDrop> = door.passBlocking { ffi.takeDrops() }

    /** All bills, the earliest due first. */
    suspend fun all(): List<Bill> = door.passBlocking { ffi.bills() }

    /** One page of the bills that are asked for; the next one begins after its [BillPage.next]. */
    suspend fun find(query: BillQuery): BillPage = door.passBlocking { ffi.find(query) }

    /** When to remind of which bills, the soonest first: to be scheduled anew whenever bills or payments changed. */
    suspend fun reminders(): List<Reminder> = door.passBlocking { ffi.reminders() }

    /** The other ways to pay that a bill's biller names. */
    suspend fun otherWays(bill: String): List<OtherWay> = door.passBlocking { ffi.otherWays(bill) }

    /** A bill's own three barcodes, for a counter. Refused once somebody agreed to pay it here. */
    suspend fun barcodes(bill: String): Barcodes = door.passBlocking { ffi.barcodes(bill) }

    suspend fun bill(id: String): Bill = door.passBlocking { ffi.bill(id) }

    /** What the platform says of a bill that is kept: how it stands, whose it is, what is payable. Pays nothing. */
    suspend fun check(id: String): List<Bill> = door.passSuspending { ffi.check(id) }

    /** What is owed under a number that a person keyed in. Without a connection it is kept, unchecked, and asked about later. */
    suspend fun inquire(biller: String, number: String): List<Bill> = door.passSuspending { ffi.inquire(biller, number) }

    internal fun release() = ffi.close()
}

/** Leaves a bill for the app, sealed, without opening its store: for parts that the system ends if they hold it. */
fun leaveDrop(dataFolder: String, bill: BillDrop, vault: KeyVault) = taipei.pay.ffi.leaveDrop(dataFolder, bill, vault)

/** Whom bills can be paid to, and who is known and not served, as this release knows them; [Billers.all] knows better. */
fun billers(lang: Lang): List<Biller> = taipei.pay.ffi.billers(lang)

/** The payment businesses. */
fun providers(lang: Lang): List<Provider> = taipei.pay.ffi.providers(lang)

/** Every refusal of this release. */
fun refusals(): List<Refusal> = taipei.pay.ffi.refusals()

/** Judges a receipt, as a file's text or a picture of its QR code, by a set of keys (a JWK set). Needs nothing to be open. */
fun verifyReceipt(content: ByteArray, keys: ByteArray, lang: Lang): Receipt =
    borrowed(direct(content)) { receipt -> borrowed(direct(keys)) { taipei.pay.ffi.verifyReceipt(receipt, it, lang) } }

/** `NT$1,280`, for a screen. */
fun moneyText(dollars: Long): String = taipei.pay.ffi.moneyText(dollars)
