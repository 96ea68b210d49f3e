package taipei.pay.android

import android.content.Context
import android.net.ConnectivityManager
import android.net.Network
import android.net.NetworkCapabilities
import android.net.NetworkRequest
import java.net.HttpURLConnection
import java.net.URL
import java.util.concurrent.CompletableFuture
import java.util.concurrent.TimeUnit
import java.util.concurrent.TimeoutException
import taipei.pay.Cellular
import taipei.pay.ffi.CellularException

/** One fetch over mobile data while all else may use Wi-Fi: the operator knows its subscriber there. */
class MobileDataOnly(context: Context) : Cellular {
    private val manager = context.service<ConnectivityManager>()

    override fun cellularGet(url: String): UShort {
        val found = CompletableFuture<Network>()
        val callback = object : ConnectivityManager.NetworkCallback() {
            override fun onAvailable(network: Network) {
                found.complete(network)
            }

            override fun onUnavailable() {
                found.completeExceptionally(CellularException.NoMobileData())
            }
        }
        val request = NetworkRequest.Builder().addTransportType(NetworkCapabilities.TRANSPORT_CELLULAR)
            .addCapability(NetworkCapabilities.NET_CAPABILITY_INTERNET).build()
        manager.requestNetwork(request, callback, WAIT_MS)
        try {
            return status(found.get(WAIT_MS.toLong(), TimeUnit.MILLISECONDS), url)
        } catch (_: java.util.concurrent.ExecutionException) {
            throw CellularException.NoMobileData()
        } catch (_: TimeoutException) {
            throw CellularException.NoMobileData()
        } catch (_: java.io.IOException) {
            throw CellularException.Failed()
        } finally {
            manager.unregisterNetworkCallback(callback)
        }
    }

    /** The network resolves the name too: no other learns of it. Redirects stay on it. */
    private fun status(network: Network, url: String): UShort {
        val connection = network.openConnection(URL(url)) as HttpURLConnection
        connection.connectTimeout = WAIT_MS
        connection.readTimeout = WAIT_MS
        connection.useCaches = false
        try {
            return connection.responseCode.coerceIn(0, 999).toUShort()
        } finally {
            connection.disconnect()
        }
    }

    private companion object {
        const val WAIT_MS = 5_000
    }
}
