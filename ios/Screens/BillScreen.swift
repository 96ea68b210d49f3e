#if canImport(SwiftUI) && canImport(UIKit)
    import PayTaipeiKit
    import Presentation
    import SwiftUI

    struct BillScreen: View {
        let app: AppModel
        let held: Held
        let id: String
        let considering: Considering

        private var words: AppWords { app.words }

        var body: some View {
            if let bill = held.bill(id) {
                Page(title: words.billTitle, words: words, back: { app.back() }) {
                    BillDetails(
                        bill: bill, icon: held.biller(bill.biller)?.icon, words: words, now: app.device.now,
                        isAsked: considering.state.busy, trouble: considering.state.trouble)
                    if !held.numbers.contains(where: { $0.biller == bill.biller && $0.number == bill.number }) {
                        OtherButton(text: words.keepNumber, sign: Sign.household) { considering.keepNumber() }
                    }
                    if bill.payment == nil, app.device.online, !considering.state.busy {
                        QuietButton(text: words.askAgain) { considering.check() }
                    }
                    if bill.payment == nil {
                        QuietButton(text: words.otherWays) { app.go(.otherWays(bill: bill.id)) }
                    }
                } bottom: {
                    actions(bill)
                }
                .task { considering.open() }
            } else {
                Page(title: words.billTitle, words: words, back: { app.back() }) { Absent(held: held, words: words) }
            }
        }

        @ViewBuilder private func actions(_ bill: Bill) -> some View {
            if let payment = bill.payment {
                MainButton(text: words.seePayment) { app.go(.onePayment(id: payment)) }
            } else if bill.status == .payable || bill.status == .unchecked {
                MainButton(text: words.payBill) { app.go(.choose(bill: bill.id)) }
            } else {
                OtherButton(text: words.close) { app.back() }
            }
        }
    }

    struct BillHead: View {
        let bill: Bill
        let icon: String?
        let words: AppWords

        var body: some View {
            HStack(spacing: 16) {
                Disc(sign: Sign.of(icon: icon), size: 56)
                VStack(alignment: .leading) {
                    Text(bill.nickname ?? bill.billerName).font(.title3.bold())
                    if bill.nickname != nil { Text(bill.billerName) }
                    Text(words.numberShort(number: bill.number)).foregroundStyle(Dress.onSurfaceVariant)
                }
            }
            .accessibilityElement(children: .combine)
        }
    }

    struct BillDetails: View {
        let bill: Bill
        let icon: String?
        let words: AppWords
        let now: Date
        var isAsked = false
        var trouble: Trouble?

        var body: some View {
            BillHead(bill: bill, icon: icon, words: words)
            Tile {
                Text(words.payable).foregroundStyle(Dress.onSurfaceVariant)
                Text(bill.payable.map(moneyText) ?? words.amountUnknown).font(.largeTitle.bold())
                if let due = bill.due.flatMap({ CityDay($0) }) {
                    Sides {
                        DueMark(due: due, words: words, now: now)
                    } right: {
                        Text(words.dueBy(date: due.long(words))).font(.footnote)
                    }
                }
            }
            if isAsked { Working(text: words.billAsking) }
            if let trouble { Notice.trouble(trouble) }
            ForEach(bill.warnings, id: \.self) { Notice.care(Sign.warning, $0, words.warning) }
            if !isAsked { standing }
            Tile { facts }
        }

        @ViewBuilder private var standing: some View {
            if bill.status == .paid {
                Notice.info(words.statusPaid)
            } else if bill.payment != nil {
                Notice.info(words.beingPaid)
            } else {
                switch bill.status {
                case .unchecked: Notice.info(words.notConfirmed)
                case .expired: Notice.care(Sign.warning, words.statusExpired)
                case .notFound: Notice.care(Sign.warning, words.statusNotFound)
                case .payable, .paid: EmptyView()
                }
            }
        }

        @ViewBuilder private var facts: some View {
            if let owner = bill.owner { Fact(words.owner, owner) }
            if let address = bill.address { Fact(words.address, address) }
            if let period = bill.period { Fact(words.period, period) }
            if let amount = bill.amount { Fact(words.amount, moneyText(amount)) }
            if let fee = bill.fee, fee != 0 { Fact(words.fee, moneyText(fee)) }
            if let discount = bill.discount, discount != 0 { Fact(words.discount, moneyText(-discount)) }
            Fact(words.statusLabel, words.of(bill.status))
            if let checked = bill.checkedAt { Fact(words.checkedAt, CityDay.moment(checked, words)) }
        }
    }

    extension AppWords {
        func of(_ status: BillStatus) -> String {
            switch status {
            case .unchecked: statusUnchecked
            case .payable: statusPayable
            case .paid: statusPaid
            case .expired: statusExpired
            case .notFound: statusNotFound
            }
        }
    }
#endif
