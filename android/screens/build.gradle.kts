plugins {
    alias(libs.plugins.android.library)
    alias(libs.plugins.kotlin.android)
    alias(libs.plugins.kotlin.compose)
}

android {
    namespace = "taipei.pay.screens"
    sourceSets["main"].kotlin.setSrcDirs(listOf("src/main/kotlin"))
    buildFeatures.compose = true
}

dependencies {
    api(project(":presentation"))
    api(libs.compose.ui)
    api(libs.compose.foundation)
    implementation(libs.compose.icons)
    implementation(libs.compose.material3)
}
