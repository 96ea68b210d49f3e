plugins {
    alias(libs.plugins.android.library)
    alias(libs.plugins.kotlin.android)
}

android {
    namespace = "taipei.pay.presentation"
    sourceSets["main"].kotlin.setSrcDirs(listOf("src/generated/kotlin", "src/main/kotlin"))
}

dependencies {
    api(project(":kit"))
}
