package taipei.pay.android

import android.app.Notification
import android.app.NotificationChannel
import android.app.NotificationManager
import android.app.PendingIntent
import android.content.Context
import android.content.Intent
import taipei.pay.Payment
import taipei.pay.app.Words
import taipei.pay.app.asSentence

/** Tells of what ended while nobody looked. Neither number nor amount stands on the lock screen. */
class Notices(private val context: Context, private val words: Words) {
    private val manager = context.service<NotificationManager>()

    fun tell(ended: List<Payment>) {
        manager.createNotificationChannel(NotificationChannel(CHANNEL, words.noticeChannel, NotificationManager.IMPORTANCE_DEFAULT))
        for (payment in ended) manager.notify(payment.id, 0, notice(payment))
    }

    private fun notice(payment: Payment): Notification {
        val open = Intent(context, MainActivity::class.java).putExtra(MainActivity.PAYMENT, payment.id)
        val tapped = PendingIntent.getActivity(
            context, payment.id.hashCode(), open, PendingIntent.FLAG_IMMUTABLE or PendingIntent.FLAG_UPDATE_CURRENT,
        )
        return Notification.Builder(context, CHANNEL).setSmallIcon(context.applicationInfo.icon)
            .setContentTitle(payment.billerName).setContentText(payment.words.asSentence())
            .setVisibility(Notification.VISIBILITY_PRIVATE)
            .setContentIntent(tapped).setAutoCancel(true).build()
    }

    private companion object {
        const val CHANNEL = "payments"
    }
}
