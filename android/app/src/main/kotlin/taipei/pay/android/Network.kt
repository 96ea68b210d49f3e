package taipei.pay.android

import android.content.Context
import android.net.ConnectivityManager
import android.net.Network
import android.net.NetworkCapabilities
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import taipei.pay.Connectivity

/** Whether the default network leads to the internet, as the system last checked. */
class InternetWatch(context: Context) : ConnectivityManager.NetworkCallback(), Connectivity {
    private val mutable = MutableStateFlow(false)
    val online: StateFlow<Boolean> = mutable

    init {
        // Told at once of the network that is there.
        context.service<ConnectivityManager>().registerDefaultNetworkCallback(this)
    }

    override fun isConnected(): Boolean = mutable.value

    override fun onCapabilitiesChanged(network: Network, capabilities: NetworkCapabilities) {
        mutable.value = capabilities.hasCapability(NetworkCapabilities.NET_CAPABILITY_VALIDATED)
    }

    override fun onLost(network: Network) {
        mutable.value = false
    }
}
