package androidx.activity

/** Jetpack's, by its signature. */
open class ComponentActivity : android.app.Activity()
