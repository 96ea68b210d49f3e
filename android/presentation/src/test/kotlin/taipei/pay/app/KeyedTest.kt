package taipei.pay.app

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import taipei.pay.BillStatus
import taipei.pay.World
import taipei.pay.ffi.Typing
import taipei.pay.story

class KeyedTest {
    @Test
    fun `what is keyed in is judged while it is typed, and a plate finds a slip`() = story { world ->
        world.post("bills", "biller" to "taipei-parking", "amount" to 50, "fields" to mapOf("car_plate" to "AAA-8888"))
        Desk(world).process { app ->
            app.verify(world)
            app.live("taipei")
            val biller = app.held { it.county == "taipei" }.keyable().first { it.id == "taipei-parking" }
            app.go(Place.KeyIn(biller.id))
            val keyingIn = app.keyingIn(biller.id)
            keyingIn.by(biller.ways.indexOfFirst { way -> way.fields.any { it.name == "car_plate" } })
            assertFalse(keyingIn.state.value.filled)
            keyingIn.type("car_plate", "AAA-")
            assertEquals(Typing.Unfinished, keyingIn.state.value.judged["car_plate"])
            keyingIn.type("car_plate", "AAA-888888888")
            assertTrue(keyingIn.state.value.judged["car_plate"] is Typing.Wrong)
            keyingIn.type("car_plate", "AAA-8888")
            assertTrue(keyingIn.state.value.judged["car_plate"] is Typing.Complete)
            keyingIn.ask()
            val place = app.until { it.place is Place.OneBill }.place as Place.OneBill
            assertEquals(50L, app.held { it.bill(place.id) != null }.bill(place.id)!!.amount)
        }
    }

    @Test
    fun `the numbers of a household are named, and asked about at once`() = story { world ->
        val desk = Desk(world)
        val issued = world.issue(amount = 120)
        desk.process { app ->
            app.verify(world)
            val bill = app.opened().core.bills.inquire("kinmen-water", issued.getString("number")).single()
            app.opened().holdings.reload()
            app.go(Place.OneBill(bill.id))
            app.considering(bill.id).keepNumber()
            app.until { it.place == Place.Household }
            val household = app.household()
            assertEquals(bill.number, household.until { it.naming != null }.naming!!.number)
            household.type("老家")
            household.keep()
            household.until { it.naming == null }
            assertEquals("老家", app.held { it.bills.single().nickname != null }.bills.single().nickname)

            world.post("bills", "biller" to "kinmen-water", "amount" to 130, "number" to bill.number, "period" to "11409")
            household.ask()
            household.until { !it.busy }
            val number = app.held { it.bills.size == 2 }.numbers.single()
            assertEquals(250L, app.held { true }.dueOf(number).sumOf { it.payable!! })
            household.name(number)
            household.forget()
            app.held { it.numbers.isEmpty() }
        }
    }

    @Test
    fun `whoever waits until it is known whose bill it is, sees the owner before agreeing`() = story { world ->
        val desk = Desk(world)
        val issued = world.post("bills", "biller" to "kinmen-water", "amount" to 428, "owner" to "陳大文")
        desk.process { app ->
            app.verify(world)
            desk.network(false)
            app.go(Place.Scan)
            app.scanning().picture(world.photo(issued))
            val bill = (app.until { it.place is Place.OneBill }.place as Place.OneBill).id
            assertEquals(BillStatus.UNCHECKED to null, app.held { it.bill(bill) != null }.bill(bill)!!.run { status to owner })
            app.go(Place.Choose(bill))
            app.choosing(bill).choose("jkopay")
            app.choosing(bill).until { it.unowned != null }
            app.choosing(bill).waitForOwner()
            val payment = (app.until { it.place is Place.OnePayment }.place as Place.OnePayment).id
            assertFalse(app.held { it.payment(payment) != null }.payment(payment)!!.canConsent)
            desk.network(true)
            app.held { it.payment(payment)!!.canConsent }
            assertEquals("陳○文", app.held { it.bill(bill)!!.owner != null }.bill(bill)!!.owner)
            assertEquals(emptyList<Any>(), world.charges())
        }
    }
}
