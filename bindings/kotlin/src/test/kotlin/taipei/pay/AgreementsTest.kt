package taipei.pay

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class AgreementsTest {
    @Test
    fun `an agreement is linked lowered and ended and what it does not cover is finished at the business`() = story { world ->
        world.verified().use { phone ->
            val pending = phone.payments.linkAgreement("jkopay", 500).single()
            assertEquals(AgreementState.PENDING to 500L, pending.state to pending.limit)
            assertTrue(pending.url.orEmpty().startsWith("https://"))
            world.post("agreements", "provider" to "jkopay", "msisdn" to E164, "most" to 500)
            assertEquals(AgreementState.IN_FORCE, phone.payments.refreshAgreements().single().state)
            assertEquals(300L, phone.payments.limitAgreement("jkopay", 300).single().limit)
            assertEquals("limit_raised", refusal { phone.payments.limitAgreement("jkopay", 301) }.code)

            val bill = phone.keyIn(world.issue(amount = 301))
            val offer = phone.payments.offers(bill).first { it.id == "jkopay" }
            assertEquals(false, offer.silent)
            val wanted = phone.payments.consent(phone.payments.pay(bill, "jkopay").id)
            assertEquals("hand_off_not_asked", refusal { phone.payments.handOff(wanted.id) }.code)
            phone.payments.sync()
            val waiting = phone.payments.payment(wanted.id)
            assertEquals(PaymentState.AWAITING_HAND_OFF, waiting.state)
            assertEquals(waiting.handOffUrl, phone.payments.handOff(wanted.id))
            assertEquals(AgreementState.UNLINKED, phone.payments.unlinkAgreement("jkopay").single().state)
        }
    }
}
