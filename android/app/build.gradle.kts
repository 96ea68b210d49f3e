plugins {
    alias(libs.plugins.android.application)
    alias(libs.plugins.kotlin.android)
    alias(libs.plugins.kotlin.compose)
}

android {
    namespace = "taipei.pay.android"
    sourceSets["main"].kotlin.setSrcDirs(listOf("src/main/kotlin"))
    buildFeatures.compose = true
    defaultConfig {
        applicationId = "taipei.pay"
        versionCode = 1
        versionName = "0.1.0"
        // gradle -Pplatform=https://… -PlinkHost=…: which platform, and whose links lead back from a business's app.
        manifestPlaceholders["platform"] = providers.gradleProperty("platform").getOrElse("https://platform.invalid")
        manifestPlaceholders["linkHost"] = providers.gradleProperty("linkHost").getOrElse("pay.invalid")
    }
    buildTypes.named("release") {
        isMinifyEnabled = true
        isShrinkResources = true
        proguardFiles(getDefaultProguardFile("proguard-android-optimize.txt"))
    }
}

dependencies {
    implementation(project(":screens"))
    implementation(libs.activity)
}
