package taipei.pay.app

import kotlinx.coroutines.delay
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import taipei.pay.World
import taipei.pay.story

class AfterTest {
    @Test
    fun `the business that gives back most stands first, and what it gave, the receipt's code and the table follow`() = story { world ->
        val desk = Desk(world)
        val issued = world.issue(amount = 428)
        desk.process { app ->
            app.verify(world)
            val bill = app.scan(world.photo(issued))
            app.go(Place.Choose(bill))
            val choosing = app.choosing(bill)
            choosing.open()
            val offers = choosing.state.value.offers
            assertEquals(Triple(8, "jkopay", 20L), Triple(offers.size, offers.first().id, offers.first().cashback))
            assertTrue(offers.first().why.isNotEmpty())
            choosing.choose("jkopay")
            val payment = (app.until { it.place is Place.Agree }.place as Place.Agree).payment
            app.agreeing(payment).agree()
            val paid = app.held { it.payment(payment)?.ended == true }.payment(payment)!!
            assertEquals(20L to true, paid.cashback to paid.signed)
            app.go(Place.Receipt(payment))
            app.showing(payment).open()
            val qr = app.showing(payment).until { it.qr != null }.qr!!
            assertEquals("PNG", String(qr.png, 1, 3, Charsets.US_ASCII))
            assertEquals(listOf(428L), app.held { it.months.isNotEmpty() }.months.map { it.charged })
            app.go(Place.Settings)
            app.exporting().payments()
            while (desk.shared.isEmpty()) delay(10)
            assertTrue(desk.shared.getValue("payments.csv").contains(paid.number))
        }
    }

    @Test
    fun `a bill that was scanned shows its barcodes for a counter, until somebody agrees to pay it here`() = story { world ->
        val issued = world.issue(amount = 428)
        Desk(world).process { app ->
            app.verify(world)
            val bill = app.scan(world.photo(issued))
            app.go(Place.OtherWays(bill))
            app.elsewhere(bill).open()
            val shown = app.elsewhere(bill).until { it.barcodes != null }
            assertEquals(3, shown.barcodes!!.texts.size)
            assertTrue(shown.ways!!.any { it.byBarcodes })
            assertNull(shown.trouble)
            app.go(Place.Choose(bill))
            app.choosing(bill).choose("jkopay")
            val payment = (app.until { it.place is Place.Agree }.place as Place.Agree).payment
            app.agreeing(payment).agree()
            app.until { it.place == Place.OnePayment(payment) }
            app.go(Place.OtherWays(bill))
            app.elsewhere(bill).open()
            assertNotNull(app.elsewhere(bill).until { it.trouble != null }.trouble)
            assertNull(app.elsewhere(bill).state.value.barcodes)
        }
    }

    private suspend fun App.scan(photo: ByteArray): String {
        go(Place.Scan)
        scanning().picture(photo)
        return (until { it.place is Place.OneBill }.place as Place.OneBill).id.also { id -> held { it.bill(id) != null } }
    }
}
