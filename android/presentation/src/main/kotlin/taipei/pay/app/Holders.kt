package taipei.pay.app

// Which state holder belongs to which place.

fun App.verifying(): Verifying = holder(Place.Verify) { Verifying(this, it.core, it.holdings) }

fun App.refreshing(place: Place): Refreshing = holder(place) { Refreshing(this, it.core, it.holdings) }

fun App.scanning(): Scanning = holder(Place.Scan) { Scanning(this, it.core, it.holdings) }

fun App.keyingIn(biller: String): KeyingIn = holder(Place.KeyIn(biller)) { KeyingIn(this, it.core, it.holdings, biller) }

fun App.household(): Household = holder(Place.Household) { Household(this, it.core, it.holdings) }

fun App.considering(bill: String): Considering = holder(Place.OneBill(bill)) { Considering(this, it.core, it.holdings, bill) }

fun App.choosing(bill: String): Choosing = holder(Place.Choose(bill)) { Choosing(this, it.core, it.holdings, bill) }

fun App.agreeing(payment: String): Agreeing = holder(Place.Agree(payment)) { Agreeing(this, it.core, it.holdings, payment) }

fun App.following(payment: String): Following = holder(Place.OnePayment(payment)) { Following(this, it.core, it.holdings, payment) }

fun App.showing(payment: String): Showing = holder(Place.Receipt(payment)) { Showing(this, it.core, payment) }

fun App.elsewhere(bill: String): Elsewhere = holder(Place.OtherWays(bill)) { Elsewhere(this, it.core, bill) }

fun App.exporting(): Exporting = holder(Place.Settings) { Exporting(this, it.core) }

fun App.recalling(): Recalling = holder(Place.History) { Recalling(this) }
