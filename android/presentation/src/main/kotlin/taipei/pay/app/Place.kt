package taipei.pay.app

/** Where in the app a person is. [saved] survives the process; [read] takes what was saved, or nothing. */
sealed interface Place {
    data object Home : Place
    data object Progress : Place
    data object History : Place
    data object Settings : Place
    data object Verify : Place
    data object Scan : Place
    data object Household : Place
    data class KeyIn(val biller: String) : Place
    data class OneBill(val id: String) : Place
    data class OtherWays(val bill: String) : Place
    data class Choose(val bill: String) : Place
    data class Agree(val payment: String) : Place
    data class OnePayment(val id: String) : Place
    data class Receipt(val payment: String) : Place

    val saved: String
        get() = when (this) {
            Home -> "home"
            Progress -> "progress"
            History -> "history"
            Settings -> "settings"
            Verify -> "verify"
            Scan -> "scan"
            Household -> "household"
            is KeyIn -> "key-in/$biller"
            is OneBill -> "bill/$id"
            is OtherWays -> "other-ways/$bill"
            is Choose -> "choose/$bill"
            is Agree -> "agree/$payment"
            is OnePayment -> "payment/$id"
            is Receipt -> "receipt/$payment"
        }

    companion object {
        /** The places of the bar at the bottom. */
        val tabs = listOf(Home, Progress, History, Settings)

        fun read(saved: String): Place? {
            val id = saved.substringAfter('/', "")
            return when (saved.substringBefore('/')) {
                "home" -> Home
                "progress" -> Progress
                "history" -> History
                "settings" -> Settings
                "verify" -> Verify
                "scan" -> Scan
                "household" -> Household
                "key-in" -> KeyIn(id)
                "bill" -> OneBill(id)
                "other-ways" -> OtherWays(id)
                "choose" -> Choose(id)
                "agree" -> Agree(id)
                "payment" -> OnePayment(id)
                "receipt" -> Receipt(id)
                else -> null
            }
        }
    }
}
