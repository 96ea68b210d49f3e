package taipei.pay.app

import taipei.pay.Payment

data class HistoryState(val sought: String = "")

/** Payments that have ended, by month, those that hold what is sought. */
class Recalling(app: App) : Holder<HistoryState>(app, HistoryState()) {
    fun seek(text: String) = change { it.copy(sought = text.take(40)) }
}

/** By month (`YYYY-MM` of the city's calendar), the latest first. */
fun List<Payment>.byMonth(sought: String): Map<String, List<Payment>> {
    val wanted = sought.trim()
    return filter { wanted.isEmpty() || it.billerName.contains(wanted, ignoreCase = true) || it.number.contains(wanted, ignoreCase = true) }
        .groupBy { Calendar.day(it.settledAt ?: it.updatedAt).toString().take(7) }
}
