package taipei.pay.preview

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import taipei.pay.E164
import taipei.pay.MSISDN
import taipei.pay.app.Desk
import taipei.pay.story

class MainJobTest {
    private val glass = Glass(360, 720)

    @Test
    fun `a resident of Kinmen scans, agrees without a network, restarts, and gets the receipt`() = story { world ->
        val desk = Desk(world)
        val bill = world.issue(amount = 428)
        val saved = Show.of(desk).use { show ->
            show.stage(glass).use { screen ->
                screen.see("Confirm your mobile number")
                screen.type("Mobile number", MSISDN)
                screen.press("Verify this number")
                screen.see("Approve on your handset")
                world.post("handset", "msisdn" to E164, "approve" to true)
                screen.see("Nothing to pay")
                screen.see("Where do you live?")
                screen.press("Kinmen County")
                screen.press("Kinmen County")
                screen.press("Taipei City")
                screen.press("Taipei City")
                screen.press("Kinmen County")

                desk.network(false)
                screen.see("No network")
                screen.press("Scan a bill")
                screen.see("Bring the bill's QR code")
                show.paper.photo = world.photo(bill)
                screen.press("From gallery")
                screen.see("NT\$428")
                screen.press("Pay this bill")
                screen.press("JKOPAY")
                screen.see("Whose bill it is, is not known yet")
                screen.press("Agree by the paper")
                screen.see("Agree already")
                screen.press("Agree to pay NT\$428")
                screen.see("Agreed, will be paid once connected")
                assertEquals(emptyList<Any>(), world.charges())
            }
            show.app.saved()
        }
        Show.of(desk, saved).use { show ->
            show.stage(glass).use { screen ->
                screen.see("Agreed, will be paid once connected")
                desk.network(true)
                screen.see("This bill is paid")
                val receipt = show.receipt()
                screen.see(receipt)
                screen.press("Show the receipt")
                screen.see("The receipt's QR code")
                screen.press("Back")
                screen.press("Back")
                screen.press("History")
                screen.see("NT\$428")
            }
        }
        assertEquals(listOf(428), world.charges().map { it.getInt("amount") })
    }

    private fun Show.receipt(): String =
        (app.state.value.phase as taipei.pay.app.Phase.Open).holdings.held.value.ended.single().receipt!!
}
