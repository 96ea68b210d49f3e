package taipei.pay.app

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import taipei.pay.PaymentState
import taipei.pay.World
import taipei.pay.story

class StoryTest {
    @Test
    fun `a bill is scanned and agreed to without a network, and paid once after a restart`() = story { world ->
        val desk = Desk(world)
        val bill = world.issue(amount = 428)
        val saved = desk.process { app ->
            app.verify(world)
            desk.network(false)

            app.go(Place.Scan)
            val scanning = app.scanning()
            scanning.picture(world.photo(bill))
            val place = app.until { it.place is Place.OneBill }.place as Place.OneBill
            val kept = app.held { it.bill(place.id) != null }.bill(place.id)!!
            assertEquals(428, kept.payable)

            app.go(Place.Choose(kept.id))
            val choosing = app.choosing(kept.id)
            choosing.choose("jkopay")
            choosing.until { it.unowned != null }
            choosing.byPaper()
            val payment = (app.until { it.place is Place.Agree }.place as Place.Agree).payment
            app.agreeing(payment).agree()
            app.until { it.place == Place.OnePayment(payment) }
            assertEquals(PaymentState.AWAITING_NETWORK, app.held { it.payment(payment) != null }.payment(payment)!!.state)
            assertEquals(emptyList<Any>(), world.charges())
            app.saved()
        }
        desk.process(saved) { app ->
            val payment = (app.state.value.place as Place.OnePayment).id
            assertFalse(app.held { it.loaded }.payment(payment)!!.ended)
            desk.network(true)
            val paid = app.held { it.payment(payment)?.ended == true }.payment(payment)!!
            assertEquals(PaymentState.SETTLED to 428L, paid.state to paid.charged)
            assertTrue(app.back())
            assertEquals(emptyList<Any>(), app.held { it.open.isEmpty() }.due)
        }
        assertEquals(1, world.charges().size)
    }
}
