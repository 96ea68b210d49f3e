#if canImport(SwiftUI) && canImport(UIKit) && DEBUG
    import PayTaipeiKit
    import Presentation
    import SwiftUI

    /// The story: a water bill of Kinmen, agreed to without a network, and paid. Names and numbers are invented.
    private enum Story {
        static let now = Date(timeIntervalSince1970: 1_795_147_200)

        static func bill(_ words: AppWords, status: BillStatus = .payable, warnings: [String] = []) -> Bill {
            Bill(
                id: "b", biller: "kinmen-water", billerName: words.lang == .en ? "Kinmen Water" : "金門縣自來水廠",
                number: "10012345678", period: "11509", status: status, amount: 428, fee: 0, discount: 0,
                payable: status == .unchecked ? nil : 428, due: "2026-11-25", owner: "王○明", address: nil,
                source: "photo", checkedAt: "2026-11-20T04:00:00Z", warnings: warnings, payment: nil, nickname: nil,
                paidBefore: false)
        }

        static func payment(_ words: AppWords, _ state: PaymentState, _ said: String) -> Payment {
            let isPaid = state == .settled
            return Payment(
                id: "p", bill: "b", state: state, words: said, reason: nil, reasonWords: nil, biller: "kinmen-water",
                billerName: words.lang == .en ? "Kinmen Water" : "金門縣自來水廠", number: "10012345678", period: "11509",
                provider: "jkopay", providerName: words.lang == .en ? "JKOPAY" : "街口支付", payable: 428, agreed: 428,
                difference: nil, charged: isPaid ? 428 : nil, funding: nil, fundingName: nil, cashback: nil, deals: [],
                signed: false, refund: nil, refundedAt: nil, due: "2026-11-25", receipt: isPaid ? "R-2026-0001" : nil,
                settledAt: isPaid ? "2026-11-20T04:00:00Z" : nil, handOffUrl: nil, heldBy: nil, attempt: nil,
                nextAttemptAt: nil, createdAt: "2026-11-20T04:00:00Z", updatedAt: "2026-11-20T04:00:00Z",
                canConsent: false, canCancel: !isPaid, ended: isPaid)
        }
    }

    private let (chinese, english) = (AppWords(lang: .zhHant), AppWords(lang: .en))

    #Preview("Bill") {
        Page(title: chinese.billTitle, words: chinese, back: {}) {
            BillDetails(bill: Story.bill(chinese), icon: "drop", words: chinese, now: Story.now)
        } bottom: {
            MainButton(text: chinese.payBill) {}
        }
    }

    #Preview("Bill, not confirmed, English, dark") {
        Page(title: english.billTitle, words: english, back: {}) {
            BillDetails(
                bill: Story.bill(english, status: .unchecked), icon: "drop", words: english, now: Story.now)
        }
        .preferredColorScheme(.dark)
    }

    #Preview("Agreed without a network") {
        Page(title: chinese.inProgress, words: chinese, back: {}) {
            PaymentDetails(
                payment: Story.payment(chinese, .awaitingNetwork, "已同意，連線後繳納"), words: chinese, isOnline: false)
        }
    }

    #Preview("Receipt, large letters") {
        Page(title: english.receiptTitle, words: english, back: {}) {
            PaymentDetails(payment: Story.payment(english, .settled, "paid"), words: english, isOnline: true)
        }
        .dynamicTypeSize(.accessibility3)
    }

    #Preview("Lists") {
        Page(title: chinese.homeTitle, words: chinese) {
            Tile { BillSummary(bill: Story.bill(chinese), icon: "drop", words: chinese, now: Story.now) }
            Tile { PaymentSummary(payment: Story.payment(chinese, .settled, "已繳清"), icon: "drop", words: chinese) }
            Nothing(sign: Sign.done, title: chinese.allPaid, hint: chinese.allPaidHint)
        }
    }

    #Preview("Approve on the handset") {
        Page(title: chinese.approveTitle, words: chinese) {
            Approve(
                asked: Verification(msisdn: "09•••••018", bindingMessage: "藍海 42", mobileData: .notAsked),
                words: chinese)
        }
    }
#endif
