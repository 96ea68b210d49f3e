package taipei.pay.app

import java.time.Clock
import java.time.Instant
import java.time.LocalDate
import java.time.LocalTime
import java.time.ZoneOffset
import java.time.format.TextStyle
import java.time.temporal.ChronoUnit
import java.util.Locale
import taipei.pay.Lang

/** Days and times as people of the city read them. */
object Calendar {
    private val city = ZoneOffset.ofHours(8)

    /** The city's day of an instant (RFC 3339). */
    fun day(instant: String): LocalDate = Instant.parse(instant).atOffset(city).toLocalDate()

    fun time(instant: String): LocalTime = Instant.parse(instant).atOffset(city).toLocalTime().withNano(0)

    /** Days from today to a day, negative once it is past. */
    fun daysLeft(day: String, clock: Clock): Long =
        ChronoUnit.DAYS.between(clock.instant().atOffset(city).toLocalDate(), LocalDate.parse(day))

    /** With the year, which in Chinese is that of the Republic. */
    fun long(day: LocalDate, words: Words): String =
        words.dateWithYear(day = "${day.dayOfMonth}", month = month(day, TextStyle.SHORT, words), year = year(day, words))

    fun moment(instant: String, words: Words): String = "${long(day(instant), words)} ${time(instant).toString().take(5)}"

    /** A month `YYYY-MM`. */
    fun month(month: String, words: Words): String {
        val day = LocalDate.parse("$month-01")
        return words.historyMonth(month = month(day, TextStyle.FULL, words), year = year(day, words))
    }

    /** How long is left until a bill's last day. */
    fun left(day: String, clock: Clock, words: Words): String = when (val days = daysLeft(day, clock)) {
        in Long.MIN_VALUE..-1 -> words.duePast
        0L -> words.dueToday
        1L -> words.dueTomorrow
        else -> words.dueInDays("$days")
    }

    private fun month(day: LocalDate, style: TextStyle, words: Words) =
        if (words.lang == Lang.EN) day.month.getDisplayName(style, Locale.ENGLISH) else "${day.monthValue}"

    private fun year(day: LocalDate, words: Words) = "${if (words.lang == Lang.EN) day.year else day.year - 1911}"
}
