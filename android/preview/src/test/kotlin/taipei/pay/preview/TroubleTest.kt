package taipei.pay.preview

import kotlinx.coroutines.delay
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import taipei.pay.E164
import taipei.pay.MSISDN
import taipei.pay.SoftVault
import taipei.pay.World
import taipei.pay.app.Desk
import taipei.pay.app.opened
import taipei.pay.ffi.VaultException
import taipei.pay.story

/** What goes wrong is said on the screen on which it happens, and the person gets on from there. */
class TroubleTest {
    private suspend fun pressed(world: World, vault: SoftVault = SoftVault(), test: suspend (Desk, Show, Stage) -> Unit) {
        val desk = Desk(world, vault)
        Show.of(desk).use { show -> show.stage(Glass(360, 720)).use { screen -> test(desk, show, screen) } }
    }

    private suspend fun verified(world: World, screen: Stage) {
        screen.type("Mobile number", MSISDN)
        screen.press("Verify this number")
        screen.see("Approve on your handset")
        world.post("handset", "msisdn" to E164, "approve" to true)
        screen.see("Nothing to pay")
        screen.press("Kinmen County")
        screen.see("Or key in a number")
    }

    private suspend fun keyIn(show: Show, screen: Stage, world: World, amount: Int) {
        val number = world.issue(amount = amount).getString("number")
        screen.press("Kinmen County Waterworks")
        screen.type("Water number", number)
        screen.press("Find the bill")
        screen.see("NT\$$amount")
        assertEquals(number, show.app.opened().holdings.held.value.due.single().number)
    }

    private suspend fun chooseToPay(screen: Stage, provider: String) {
        screen.press("Pay this bill")
        screen.press(provider)
        screen.see("Confirm payment")
    }

    @Test
    fun `a number that is none, and one that is refused on the handset, are said and tried again`() = story { world ->
        pressed(world) { _, _, screen ->
            screen.type("Mobile number", "0912")
            screen.press("Verify this number")
            screen.see("This is no Taiwanese mobile number")
            screen.type("Mobile number", MSISDN)
            screen.press("Verify this number")
            screen.see("Approve on your handset")
            world.post("handset", "msisdn" to E164, "approve" to false)
            screen.see("The verification was refused on the handset")
            verified(world, screen)
        }
    }

    @Test
    fun `a picture without a code, a bill that nobody knows and one at quiet hours are said`() = story { world ->
        pressed(world) { _, show, screen ->
            verified(world, screen)
            screen.press("Scan a bill")
            show.paper.photo = blank
            screen.press("From gallery")
            screen.see("No bill code was found in the picture")
            screen.press("Scan again")
            screen.see("Bring the bill's QR code")
            screen.press("Back")
            screen.press("Kinmen County Waterworks")
            screen.type("Water number", "7654321")
            screen.press("Find the bill")
            screen.see("The biller knows no bill of this number")
            world.fault("quiet_hours", "route" to "inquire", "times" to 1)
            screen.press("Find the bill")
            screen.see("The biller answers no inquiries at this hour")
        }
    }

    @Test
    fun `a payment that is refused charges nothing, says why, and its bill can be paid another way`() = story { world ->
        pressed(world) { _, show, screen ->
            verified(world, screen)
            keyIn(show, screen, world, 512)
            world.fault("decline", "reason" to "insufficient_funds", "times" to 1)
            chooseToPay(screen, "O'Pay")
            screen.press("Agree to pay NT\$512")
            screen.see("Refused, nothing was charged")
            screen.see("Not enough money in the account")
            assertEquals(emptyList<Any>(), world.charges())
            screen.press("Details")
            chooseToPay(screen, "JKOPAY")
            screen.press("Agree to pay NT\$512")
            screen.see("This bill is paid")
        }
        assertEquals(1, world.charges().size)
    }

    @Test
    fun `nothing is agreed to while nobody confirms, and what waits can be cancelled`() = story { world ->
        val vault = object : SoftVault() {
            var present = false
            override fun confirmPresence(reason: String) = if (present) true else throw VaultException.NotPresent()
        }
        pressed(world, vault) { desk, show, screen ->
            verified(world, screen)
            keyIn(show, screen, world, 77)
            chooseToPay(screen, "JKOPAY")
            desk.network(false)
            screen.press("Agree to pay NT\$77")
            screen.see("Nobody confirmed to be present")
            vault.present = true
            screen.press("Agree to pay NT\$77")
            screen.see("Agreed, will be paid once connected")
            screen.press("Cancel this payment")
            screen.press("Yes, cancel")
            screen.see("Cancelled, nothing was charged")
        }
        assertEquals(emptyList<Any>(), world.charges())
    }

    @Test
    fun `a payment that is finished in the business's app leads there, and its receipt comes with the next start`() = story { world ->
        val vault = SoftVault()
        pressed(world, vault) { desk, show, screen ->
            verified(world, screen)
            keyIn(show, screen, world, 333)
            world.fault("hand_off", "times" to 1)
            chooseToPay(screen, "Taishin International Bank")
            screen.press("Agree to pay NT\$333")
            screen.press("Finish in Taishin International Bank")
            while (desk.opened.isEmpty()) delay(20)
            assertTrue(desk.opened.single().startsWith("https://"))
            val id = show.app.opened().holdings.held.value.open.single().id
            world.post("hand-off", "id" to id, "approve" to true)
        }
        pressed(world, vault) { _, _, screen ->
            screen.press("History")
            screen.see("NT\$333")
        }
    }

    @Test
    fun `a store whose key is gone is not opened, and nothing invites to pay again`() = story { world ->
        pressed(world) { _, _, screen -> verified(world, screen) }
        pressed(world) { _, _, screen ->
            screen.see("The key that opens the data is gone")
            screen.see("Do not pay again")
            screen.press("Try again")
            screen.see("The key that opens the data is gone")
        }
    }
}
