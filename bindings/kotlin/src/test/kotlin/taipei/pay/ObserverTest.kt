package taipei.pay

import java.util.concurrent.CountDownLatch
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.flow.transformWhile
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import taipei.pay.ffi.PayTaipeiException
import taipei.pay.ffi.PaymentObserver

class ObserverTest {
    /** All lists until the payment has ended, taken one by one, each as slowly as asked. */
    private suspend fun Payments.heard(id: String, pause: Long): List<Payment> = changes()
        .onEach { delay(pause) }
        .transformWhile { all ->
            val mine = all.filter { it.id == id }
            mine.forEach { emit(it) }
            mine.none { it.ended }
        }.toList()

    @Test
    fun `two observers hear of the same payment, and a slow one misses no last value`() = story { world ->
        world.verified().use { phone ->
            val agreed = phone.agree(world.issue())
            // Whoever misses the last value waits for ever.
            withTimeout(30.seconds) {
                val quick = async { phone.payments.heard(agreed.id, 0) }
                val slow = async { phone.payments.heard(agreed.id, 1_500) }
                phone.payments.live().first()
                phone.payments.sync()
                val states = quick.await().map { it.state }
                assertEquals(PaymentState.AWAITING_NETWORK to PaymentState.SETTLED, states.first() to states.last())
                val slowStates = slow.await().map { it.state }
                assertEquals(PaymentState.SETTLED, slowStates.last())
                assertTrue(slowStates.size <= states.size, "$slowStates $states")
            }
            // Whoever comes after the end hears of nothing that has ended, and at once of what is new.
            val next = phone.payments.pay(phone.keyIn(world.issue()), "opay")
            assertEquals(listOf(next.id), phone.payments.changes().first().map { it.id })
        }
    }

    @Test
    fun `what is told is stored already`() = story { world ->
        world.verified().use { phone ->
            val agreed = phone.agree(world.issue())
            val order = PaymentState.entries
            coroutineScope {
                val watching = async {
                    phone.payments.changes().transformWhile { all ->
                        for (told in all) emit(told to phone.payments.payment(told.id))
                        all.none { it.ended }
                    }.toList()
                }
                phone.payments.sync()
                for ((told, stored) in watching.await()) {
                    val isStored = order.indexOf(stored.state) >= order.indexOf(told.state)
                    assertTrue(isStored, "told ${told.state}, stored ${stored.state}")
                    assertTrue(stored.updatedAt >= told.updatedAt)
                }
            }
            assertEquals(PaymentState.SETTLED, phone.payments.payment(agreed.id).state)
        }
    }

    private class Recorder(val failing: Boolean = false) : PaymentObserver {
        val heard = LinkedBlockingQueue<Payment>()
        val ended = LinkedBlockingQueue<PayTaipeiException>()

        override fun changed(payments: List<Payment>) {
            heard.addAll(payments)
            if (failing) error("an observer's own mistake")
        }

        override fun ended(error: PayTaipeiException) {
            ended.add(error)
        }

        fun next(): Payment? = heard.poll(10, TimeUnit.SECONDS)
    }

    @Test
    fun `an observer that throws goes on hearing, and one that left hears no more`() = story { world ->
        val vault = SoftVault()
        world.verified(vault).use { phone ->
            val raw = taipei.pay.ffi.PayTaipei.open(world.config(), vault, Connected)
            val (broken, left, staying) = listOf(Recorder(failing = true), Recorder(), Recorder())
            val subscriptions = listOf(broken, left, staying).map { raw.payments().observe(it) }
            val first = phone.payments.pay(phone.keyIn(world.issue()), "jkopay")
            withContext(Dispatchers.IO) {
                for (recorder in listOf(broken, left, staying)) assertEquals(first.id, recorder.next()?.id)
            }
            subscriptions[1].close()
            val second = phone.payments.cancel(first.id)
            withContext(Dispatchers.IO) {
                for (recorder in listOf(broken, staying)) assertEquals(second.state, recorder.next()?.state)
            }
            assertNull(left.heard.poll(1, TimeUnit.SECONDS))
            subscriptions.forEach { it.close() }
            raw.close()
        }
    }

    @Test
    fun `unsubscribing from within does not wait for itself`() = story { world ->
        world.verified().use { phone ->
            phone.agree(world.issue())
            // `first` leaves from inside the observer's own delivery.
            repeat(20) { assertEquals(1, phone.payments.changes().first().size) }
        }
    }

    @Test
    fun `an observer is told why there is nothing more to hear`() = story { world ->
        world.verified().use { phone ->
            coroutineScope {
                val latch = CountDownLatch(1)
                val watching = async {
                    runCatching { phone.payments.changes().collect { latch.countDown() } }.exceptionOrNull()
                }
                phone.agree(world.issue())
                withContext(Dispatchers.IO) { latch.await(10, TimeUnit.SECONDS) }
                world.post("revoke", "msisdn" to E164)
                assertEquals("number_not_verified", refusal { phone.payments.sync() }.code)
                val ended = watching.await()
                assertInstanceOf(PayTaipeiException.Number::class.java, ended)
            }
        }
    }
}
