package taipei.pay.app

import taipei.pay.Lang
import taipei.pay.Refusal

/** What was wrong and what to do, for a person. */
data class Trouble(val code: String, val message: String, val hint: String) {
    companion object {
        fun of(refusal: Refusal, words: Words): Trouble {
            val chinese = words.lang == Lang.ZH_HANT
            return Trouble(
                refusal.code,
                (if (chinese) refusal.message.zh else refusal.message.en).asSentence(),
                (words.hint(refusal.code) ?: if (chinese) refusal.hint.zh else refusal.hint.en).asSentence(),
            )
        }
    }
}

/** The core's words begin small: they may stand within a line. */
fun String.asSentence(): String = replaceFirstChar { it.uppercase() }
