package taipei.pay.preview

import java.awt.image.BufferedImage
import java.io.ByteArrayOutputStream
import java.io.File
import javax.imageio.ImageIO
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import org.json.JSONObject
import taipei.pay.E164
import taipei.pay.Lang
import taipei.pay.MSISDN
import taipei.pay.World
import taipei.pay.app.Desk
import taipei.pay.app.Held
import taipei.pay.app.Phase
import taipei.pay.app.Place
import taipei.pay.app.Theme
import taipei.pay.app.agreeing
import taipei.pay.app.choosing
import taipei.pay.app.elsewhere
import taipei.pay.app.following
import taipei.pay.app.held
import taipei.pay.app.household
import taipei.pay.app.keyingIn
import taipei.pay.app.opened
import taipei.pay.app.scanning
import taipei.pay.app.showing
import taipei.pay.app.until
import taipei.pay.app.verifying

/** A way to look at every screen. */
enum class View(val glass: Glass, val theme: Theme) {
    LIGHT(Glass(360, 720), Theme.LIGHT),
    DARK(Glass(360, 720), Theme.DARK),
    LARGE(Glass(360, 720, letters = 1.6f), Theme.LIGHT),
    LARGE_DARK(Glass(360, 720, letters = 1.6f), Theme.DARK),
    SMALL(Glass(320, 568), Theme.LIGHT),
    TABLET(Glass(800, 1280), Theme.LIGHT),
}

/** Plays a resident's story in the running app, and has every screen looked at on the way. */
class Screenshots(private val world: World, private val lang: Lang, private val look: suspend (String, Show) -> Unit) {
    private val desk = Desk(world).also { it.preferences["lang"] = lang.name }
    private lateinit var show: Show
    private val app get() = show.app

    suspend fun play() = withContext(mainThread) {
        show = Show.of(desk)
        app.launch()
        verify()
        scan()
        pay()
        lists()
        household()
        show.close()
        closed()
    }

    private suspend fun see(name: String) = look(name, show)

    private suspend fun verify() {
        app.until { it.place == Place.Verify }
        see("verify")
        val verifying = app.verifying()
        verifying.type("0912")
        verifying.start()
        verifying.until { it.trouble != null }
        see("verify-refused")
        verifying.type(MSISDN)
        verifying.start()
        verifying.until { it.asked != null }
        see("approve")
        world.post("handset", "msisdn" to E164, "approve" to true)
        app.held { it.number != null }
        app.until { it.place == Place.Home }
        see("county")
        app.live("kinmen")
        app.held { it.county == "kinmen" }
        see("home-empty")
        app.go(Place.Progress)
        see("progress-empty")
        app.go(Place.History)
        see("history-empty")
    }

    private suspend fun scan() {
        app.go(Place.Home)
        app.go(Place.Scan)
        show.paper.photo = world.print(issue("kinmen-water", 1), "no-code.jpg", "--photo", "hard", "--seed", "3")
        see("scan")
        app.scanning().picture(blank)
        app.scanning().until { it.refused != null }
        see("scan-refused")
        app.scanning().again()
        desk.network(false)
        app.scanning().picture(world.photo(issue("kinmen-water", 1280)))
        val place = app.until { it.place is Place.OneBill }.place as Place.OneBill
        see("bill-offline")
        app.go(Place.Choose(place.id))
        val choosing = app.choosing(place.id)
        choosing.choose("pi-wallet")
        choosing.until { it.unowned != null }
        see("owner-unknown")
        choosing.again()
        choosing.until { it.unowned == null }
        desk.network(true)
        app.start(Place.KeyIn("kinmen-water"))
        app.keyingIn("kinmen-water").type("number", "12345678")
        see("key-in")
        app.start(Place.KeyIn("taipei-hospital"))
        val hospital = app.keyingIn("taipei-hospital")
        hospital.type("campus", "renai")
        hospital.type("national_id", "A123456788")
        see("key-in-fields")
        app.start(Place.KeyIn("taipei-parking"))
        app.keyingIn("taipei-parking").by(1)
        see("key-in-ways")
        for ((biller, amount) in listOf("taipei-water" to 437, "kinmen-water" to 862)) keyIn(biller, amount)
        app.start(Place.Home)
        app.opened().core.bills.check(place.id)
        app.opened().holdings.reload()
        see("home")
    }

    private suspend fun keyIn(biller: String, amount: Int): String {
        val bill = issue(biller, amount)
        val kept = app.opened().core.bills.inquire(biller, bill.getString("number")).single().id
        app.opened().holdings.reload()
        return kept
    }

    private suspend fun pay() {
        val first = app.held { it.due.size == 3 }.due.first { it.payable == 862L }
        app.go(Place.OneBill(first.id))
        see("bill")
        app.go(Place.OtherWays(first.id))
        app.elsewhere(first.id).open()
        app.elsewhere(first.id).until { it.barcodes != null || it.trouble != null }
        see("other-ways")
        app.go(Place.Choose(first.id))
        app.choosing(first.id).open()
        see("choose")
        choose(first.id, "jkopay")
        see("agree")
        val paid = (app.state.value.place as Place.Agree).payment
        app.agreeing(paid).agree()
        app.held { it.payment(paid)?.ended == true }
        app.until { it.place is Place.OnePayment }
        see("receipt")
        app.go(Place.Receipt(paid))
        app.showing(paid).open()
        app.showing(paid).until { it.qr != null || it.trouble != null }
        see("receipt-qr")

        world.fault("decline", "reason" to "insufficient_funds", "times" to 1)
        val declined = agree(keyIn("kinmen-water", 512), "opay")
        app.held { it.payment(declined)?.ended == true }
        see("declined")

        world.fault("hand_off", "times" to 1)
        val handed = agree(keyIn("kinmen-water", 333), "taishin")
        app.held { it.payment(handed)?.handOffUrl != null }
        see("hand-off")

        desk.network(false)
        val waiting = agree(app.held { true }.due.first { it.payable == 1280L }.id, "pi-wallet") { see("agree-offline") }
        see("waiting")
        app.following(waiting).ask(true)
        see("cancel")
        app.following(waiting).ask(false)
        app.go(Place.Home)
        see("home-offline")
    }

    private suspend fun choose(bill: String, provider: String) {
        app.start(Place.Choose(bill))
        app.choosing(bill).choose(provider)
        app.until { it.place is Place.Agree }
    }

    private suspend fun agree(bill: String, provider: String, before: suspend () -> Unit = {}): String {
        choose(bill, provider)
        before()
        val payment = (app.state.value.place as Place.Agree).payment
        app.agreeing(payment).agree()
        app.until { it.place == Place.OnePayment(payment) }
        return payment
    }

    private suspend fun household() {
        val billers = app.opened().core.billers
        billers.remember("kinmen-water", issue("kinmen-water", 365).getString("number"), if (lang == Lang.EN) "Home" else "老家")
        app.opened().holdings.reload()
        app.start(Place.Household)
        app.household().ask()
        app.household().until { !it.busy }
        see("household")
        app.household().name(app.held { true }.numbers.first { it.nickname != null })
        see("household-name")
        app.household().name(null)
    }

    private suspend fun lists() {
        app.go(Place.Progress)
        see("progress")
        desk.network(true)
        app.held { held: Held -> held.open.size == 1 }
        app.go(Place.History)
        see("history")
        app.go(Place.Settings)
        see("settings")
    }

    /** The store of another phone: its key is not in this one's vault. */
    private suspend fun closed() {
        val other = Desk(world).also { it.preferences["lang"] = lang.name }
        show = Show.of(other)
        app.launch()
        app.until { it.phase is Phase.Closed }
        see("closed")
        show.close()
    }

    private fun issue(biller: String, amount: Int): JSONObject = world.post(
        "bills", "biller" to biller, "amount" to amount, "owner" to "王○明", "address" to "金門縣金城鎮民生路○○號",
    )
}

/** A picture with nothing on it. */
val blank: ByteArray by lazy {
    val out = ByteArrayOutputStream()
    ImageIO.write(BufferedImage(320, 240, BufferedImage.TYPE_BYTE_GRAY), "png", out)
    out.toByteArray()
}

/** Pictures of every screen into a folder, and from them the sheets on which all are seen side by side. */
fun main(arguments: Array<String>): Unit = runBlocking {
    val folder = File(arguments.single())
    for (lang in Lang.entries) World().use { world ->
        val sheets = View.entries.associateWith { Sheet(it.glass) }
        Screenshots(world, lang) { name, show ->
            for ((view, sheet) in sheets) {
                show.app.dress(view.theme)
                val png = show.stage(view.glass.copy(density = 1.5f)).use { it.png() }
                val file = File(folder, "${lang.code}/${view.code}/$name.png")
                file.parentFile.mkdirs()
                file.writeBytes(png)
                sheet.add(name, png)
            }
        }.play()
        for ((view, sheet) in sheets) sheet.write(File(folder, "${lang.code}-${view.code}.png"))
    }
    kotlin.system.exitProcess(0)
}

private val Lang.code get() = if (this == Lang.EN) "en" else "zh"
private val View.code get() = name.lowercase().replace('_', '-')
