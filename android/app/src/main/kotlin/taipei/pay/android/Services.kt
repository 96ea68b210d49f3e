package taipei.pay.android

import android.content.Context

/** A service that every phone has. */
internal inline fun <reified T : Any> Context.service(): T = checkNotNull(getSystemService(T::class.java)) { "no ${T::class.java}" }
