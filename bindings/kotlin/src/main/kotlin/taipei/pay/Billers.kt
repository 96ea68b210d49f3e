package taipei.pay

/** Whom bills are owed to, what is keyed in for them, and the numbers that the person has with them. */
class Billers internal constructor(private val ffi: taipei.pay.ffi.Billers, private val door: Door) {
    /** All billers by the newest catalogue that the platform signed, those of the person's county first. */
    suspend fun all(): List<Biller> = door.passBlocking { ffi.billers() }

    /** Asks the platform for a newer catalogue: `true` where there was one. Needs no verified number. */
    suspend fun refresh(): Boolean = door.passSuspending { ffi.refresh() }

    fun counties(): List<County> = door.pass { ffi.counties() }

    /** The county that the person chose. */
    suspend fun county(): String? = door.passBlocking { ffi.county() }

    /** The person lives there: its utilities come first from now on. */
    suspend fun chooseCounty(county: String): Unit = door.passBlocking { ffi.chooseCounty(county) }

    /** Judges what was typed so far into a biller's field: for every keystroke, on any thread. Kept nowhere. */
    fun typing(biller: String, field: String, typed: String): Typing = door.pass { ffi.typing(biller, field, typed) }

    /** What somebody owes, by all fields of one of the biller's ways. What is keyed in is not kept: it needs a connection. */
    suspend fun search(biller: String, keyed: Map<String, String>): List<Bill> =
        door.passSuspending { ffi.search(biller, keyed.map { Keyed(it.key, it.value) }) }

    /** The numbers kept for the next bill: those that were named, and those that this phone paid. */
    suspend fun numbers(): List<KnownNumber> = door.passBlocking { ffi.numbers() }

    /** Keeps a customer's number, under a name of the person's own. */
    suspend fun remember(biller: String, number: String, nickname: String? = null): KnownNumber =
        door.passBlocking { ffi.rememberNumber(biller, number, nickname) }

    suspend fun forget(biller: String, number: String): Unit = door.passBlocking { ffi.forgetNumber(biller, number) }

    /** All bills of the numbers that are kept. */
    suspend fun household(): Household = door.passSuspending { ffi.household() }

    internal fun release() = ffi.close()
}
