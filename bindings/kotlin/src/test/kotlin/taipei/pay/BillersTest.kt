package taipei.pay

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import taipei.pay.ffi.Typing

class BillersTest {
    @Test
    fun `the county is chosen once and its utilities come first`() = story { world ->
        world.open().use { phone ->
            assertEquals(null, phone.billers.county())
            phone.billers.chooseCounty("kinmen")
            assertEquals("kinmen-water", phone.billers.all().first().id)
            assertEquals(listOf("taipei", "kinmen", "elsewhere"), phone.billers.counties().map { it.id })
            assertFalse(phone.billers.refresh(), "the bundled catalogue is what the platform publishes")
            assertEquals("county_unknown", refusal { phone.billers.chooseCounty("atlantis") }.code)
        }
    }

    @Test
    fun `what is typed is judged at every keystroke`() = story { world ->
        world.open().use { phone ->
            val typing = { typed: String -> phone.billers.typing("kinmen-water", "number", typed) }
            assertEquals(Typing.Unfinished, typing("123"))
            assertEquals("1234567", (typing("１２３４５６７") as Typing.Complete).sent)
            assertEquals("number_foreign_characters", (typing("12x") as Typing.Wrong).reason)
            assertFalse(typing("1234567").toString().contains("1234567"), "a number shows in no log")
            val hospital = phone.billers.all().first { it.id == "taipei-hospital" }
            assertTrue(hospital.ways.first().fields.any { it.name == "national_id" && it.secret })
        }
    }

    @Test
    fun `a household is asked about at once and looking pays nothing`() = story { world ->
        world.verified().use { phone ->
            val bill = world.issue(amount = 428)
            val known = phone.billers.remember("kinmen-water", bill.getString("number"), "老家")
            assertEquals("老家" to false, known.nickname to known.paid)
            val found = phone.billers.household()
            assertEquals(listOf(428L to "老家"), found.bills.map { it.payable to it.nickname })
            assertEquals(emptyList<FailedNumber>(), found.failed)
            assertEquals(BillStatus.PAYABLE, phone.bills.check(found.bills.single().id).single().status)
            assertEquals(emptyList<Any>(), world.charges())
            val missing = mapOf("campus" to "renai")
            assertEquals("field_missing", refusal { phone.billers.search("taipei-hospital", missing) }.code)
        }
    }
}
