package taipei.pay.preview

import java.io.File
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Phones get what Gradle builds, which does not run here. What Maven builds and tests has to be the same. */
class BuildsTest {
    private val root = File(System.getProperty("paytaipei.root")).canonicalFile
    private val android = root.resolve("android")

    private val versions = Regex("""(?m)^(\w+) = "([^"]+)"$""").findAll(android.resolve("gradle/libs.versions.toml").readText())
        .associate { it.groupValues[1] to it.groupValues[2] }

    private fun pom(folder: File) = folder.resolve("pom.xml").readText()

    private fun property(pom: String, name: String) = Regex("<$name>([^<]+)</$name>").find(pom)!!.groupValues[1]

    @Test
    fun `both builds use the same Kotlin, coroutines and JNA`() {
        val (app, kit) = pom(android) to pom(root.resolve("bindings/kotlin"))
        assertEquals(versions["kotlin"], property(app, "kotlin.version"))
        assertEquals(versions["kotlin"], property(kit, "kotlin.version"))
        assertEquals(versions["coroutines"], property(app, "coroutines.version"))
        assertTrue(kit.contains("<version>${versions["coroutines"]}</version>"))
        assertTrue(kit.contains("<artifactId>jna</artifactId>\n      <version>${versions["jna"]}</version>"))
    }

    @Test
    fun `both builds compile the same folders`() {
        for ((gradle, maven) in mapOf("kit" to "../bindings/kotlin", "presentation" to "presentation", "screens" to "screens", "app" to "app")) {
            val base = android.resolve(gradle)
            val named = Regex("""setSrcDirs\(\s*listOf\(([^)]*)\)""").find(base.resolve("build.gradle.kts").readText())!!.groupValues[1]
            val ofGradle = Regex("\"([^\"]+)\"").findAll(named).map { base.resolve(it.groupValues[1]).canonicalFile }.toSet()
            val folder = android.resolve(maven).canonicalFile
            val ofMaven = folder.resolve("src").listFiles()!!.filter { it.name != "test" && it.name != "signatures" }
                .map { it.resolve("kotlin") }.toSet()
            assertEquals(ofMaven, ofGradle, gradle)
            assertTrue(ofGradle.all { it.isDirectory })
        }
    }

    @Test
    fun `both builds have the same modules, and the releases are one`() {
        val ofGradle = Regex("\":(\\w+)\"").findAll(android.resolve("settings.gradle.kts").readText()).map { it.groupValues[1] }.toSet()
        val ofMaven = Regex("<module>(.+)</module>").findAll(pom(android)).map { it.groupValues[1] }.toSet()
        // The layer over the core has a folder of its own, and a preview is for no phone.
        assertEquals(ofGradle - "kit", ofMaven - "../bindings/kotlin" - "preview")
        val release = Regex("versionName = \"([^\"]+)\"").find(android.resolve("app/build.gradle.kts").readText())!!.groupValues[1]
        assertTrue(pom(android).contains("<version>$release</version>"))
        assertTrue(root.resolve("Cargo.toml").readText().contains("version = \"$release\""))
    }

    @Test
    fun `every word of shells is said, and none speaks of commands`() {
        val sources = listOf("presentation/src/main", "screens/src/main", "app/src/main").flatMap { android.resolve(it).walkTopDown().filter(File::isFile) }
            .joinToString("\n") { it.readText() }
        val words = android.resolve("presentation/src/generated/kotlin/taipei/pay/app/Words.kt").readText()
        val names = Regex("""(?m)^    (?:val|fun) (\w+)\b.*= say\(""").findAll(words).map { it.groupValues[1] }.toList()
        assertTrue(names.size > 80, "${names.size}")
        assertEquals(emptyList<String>(), names.filter { !Regex("\\b$it\\b").containsMatchIn(sources) })
        val table = root.resolve("core/app/src/error.rs").readText()
        val commands = Regex("""\w+ "(\w+)" \d+: ".+?" / ".+?"\s*=> "(.+?)" / "(.+?)";""").findAll(table)
            .filter { it.groupValues[3].contains('`') || it.groupValues[2].contains("命令列") || it.groupValues[3].contains("verify it first") }
        assertEquals(emptyList<String>(), commands.map { it.groupValues[1] }.filter { !words.contains("\"$it\" ->") }.toList())
    }
}
