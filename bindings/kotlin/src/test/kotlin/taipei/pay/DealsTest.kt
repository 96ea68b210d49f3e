package taipei.pay

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class DealsTest {
    @Test
    fun `what is promised is given, receipted, found and summed`() = story { world ->
        world.verified().use { phone ->
            phone.payments.refresh()
            val bill = phone.keyIn(world.issue(amount = 428))
            val best = phone.payments.offers(bill).first()
            assertEquals("jkopay" to Funding.STORED_VALUE, best.id to best.funding)
            assertEquals(20L to 28L, best.cashback to best.best)
            assertTrue(phone.payments.deals().any { it.id == best.id + "-kinmen" && it.current })

            val wanted = phone.payments.pay(bill, "jkopay", Funding.STORED_VALUE)
            assertEquals(28L, wanted.cashback)
            assertEquals(7, phone.bills.otherWays(bill).size)
            val barcodes = phone.bills.barcodes(bill)
            assertEquals(3, barcodes.texts.size)
            assertTrue(barcodes.picture.png.isNotEmpty() && barcodes.picture.width > 900u)
            phone.payments.consent(wanted.id)
            assertEquals("already_being_paid", refusal { phone.bills.barcodes(bill) }.code)
            phone.payments.sync()

            val receipt = phone.payments.receipt(wanted.id)
            assertEquals(428L to 28L, receipt.charged to receipt.cashback)
            world.openPort(false)
            assertEquals(receipt, phone.payments.verifyReceipt(phone.payments.receiptQr(wanted.id).png))
            val forged = refusal { phone.payments.verifyReceipt((receipt.signed.replaceFirst(".", "A.")).toByteArray()) }
            assertEquals("receipt_refused", forged.code)
            world.openPort(true)

            val page = phone.bills.find(BillQuery(text = "金門 428"))
            assertEquals(listOf(bill), page.bills.map { it.id })
            assertNull(page.next)
            assertEquals(emptyList<Reminder>(), phone.bills.reminders(), "what is paid is not due")
            assertEquals(428L to 28L, phone.spending().single().let { it.charged to it.cashback })
            assertTrue(phone.spendingPicture().startsWith("<svg") && phone.paymentsCsv().contains(wanted.id))
        }
    }

    @Test
    fun `money that came back is in the history and the bill can be paid again`() = story { world ->
        world.verified().use { phone ->
            val bill = phone.keyIn(world.issue())
            val first = phone.payments.consent(phone.payments.pay(bill, "esun").id)
            phone.payments.sync()
            world.post("refund", "id" to first.id, "kind" to "refund")
            phone.payments.askAgain()
            phone.payments.sync()
            val refunded = phone.payments.payment(first.id)
            assertEquals(PaymentState.SETTLED to "refund", refunded.state to refunded.refund)
            phone.payments.consent(phone.payments.pay(bill, "esun").id)
            phone.payments.sync()
            assertEquals(listOf(428L, 0L), world.charges().map { it.getLong("refunded") })
        }
    }
}
