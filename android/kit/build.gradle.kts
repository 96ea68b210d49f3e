// The layer over the core, from its own folder, and the core's library for each kind of processor.
plugins {
    alias(libs.plugins.android.library)
    alias(libs.plugins.kotlin.android)
}

val core = rootProject.file("..")

android {
    namespace = "taipei.pay.kit"
    sourceSets["main"].kotlin.setSrcDirs(
        listOf("../../bindings/kotlin/src/generated/kotlin", "../../bindings/kotlin/src/main/kotlin"),
    )
    defaultConfig.consumerProguardFiles("keep.pro")
}

// cargo-ndk builds the phone's library. Segments are aligned to pages of 16 KB, which newer phones have.
val cargoNdk = tasks.register<Exec>("cargoNdk") {
    workingDir = core
    environment("RUSTFLAGS", "--cfg paytaipei_phone -C link-arg=-Wl,-z,max-page-size=16384")
    commandLine(
        "cargo", "ndk", "--platform", "30", "-t", "arm64-v8a", "-t", "armeabi-v7a", "-t", "x86_64",
        "-o", layout.projectDirectory.dir("src/main/jniLibs").asFile.path,
        "build", "--release", "--locked", "-p", "paytaipei-ffi",
    )
}
tasks.named("preBuild") { dependsOn(cargoNdk) }

dependencies {
    api(libs.coroutines)
    // With the library that Android needs of it. 5.17 and later are aligned to 16 KB.
    implementation(variantOf(libs.jna) { artifactType("aar") })
}
