// Which state holder belongs to which place.
extension AppModel {
    public var verifying: Verifying? { holder(.verify) { Verifying(self, $0, $1) } }

    public func refreshing(_ place: Place) -> Refreshing? { holder(place) { Refreshing(self, $0, $1) } }

    public var scanning: Scanning? { holder(.scan) { Scanning(self, $0, $1) } }

    public func keyingIn(_ biller: String) -> KeyingIn? {
        holder(.keyIn(biller: biller)) { KeyingIn(self, $0, $1, biller) }
    }

    public var household: Household? { holder(.household) { Household(self, $0, $1) } }

    public func considering(_ bill: String) -> Considering? {
        holder(.oneBill(id: bill)) { Considering(self, $0, $1, bill) }
    }

    public func choosing(_ bill: String) -> Choosing? { holder(.choose(bill: bill)) { Choosing(self, $0, $1, bill) } }

    public func agreeing(_ payment: String) -> Agreeing? {
        holder(.agree(payment: payment)) { Agreeing(self, $0, $1, payment) }
    }

    public func following(_ payment: String) -> Following? {
        holder(.onePayment(id: payment)) { Following(self, $0, $1, payment) }
    }

    public func showing(_ payment: String) -> Showing? {
        holder(.receipt(payment: payment)) { core, _ in Showing(self, core, payment) }
    }

    public func elsewhere(_ bill: String) -> Elsewhere? {
        holder(.otherWays(bill: bill)) { core, _ in Elsewhere(self, core, bill) }
    }

    public var exporting: Exporting? { holder(.settings) { core, _ in Exporting(self, core) } }

    public var recalling: Recalling? { holder(.history) { _, _ in Recalling(self) } }
}
