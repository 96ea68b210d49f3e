#if canImport(SwiftUI) && canImport(UIKit)
    import PayTaipeiKit
    import Presentation
    import SwiftUI

    struct BillScreen: View {
        let app: AppModel
        let held: Held
        let id: String

        private var words: AppWords { app.words }

        var body: some View {
            if let bill = held.bill(id) {
                Page(title: words.billTitle, words: words, back: { app.back() }) {
                    BillDetails(bill: bill, words: words, now: app.device.now)
                } bottom: {
                    actions(bill)
                }
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

    struct BillDetails: View {
        let bill: Bill
        let words: AppWords
        let now: Date

        var body: some View {
            HStack(spacing: 16) {
                Disc(sign: Sign.of(category: category(bill.biller, words)), size: 56)
                VStack(alignment: .leading) {
                    Text(bill.billerName).font(.title3.bold())
                    Text(words.numberShort(number: bill.number)).foregroundStyle(Dress.onSurfaceVariant)
                }
            }
            .accessibilityElement(children: .combine)
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
            ForEach(bill.warnings, id: \.self) { Notice.care(Sign.warning, $0, words.warning) }
            standing
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
