import Foundation
import PayTaipeiFFI
import Testing

@testable import PayTaipeiKit
@testable import PayTaipeiTesting

@Suite("Paying", .timeLimit(.minutes(3)))
struct StoryTests {
    @Test("a bill scanned and agreed to without a network is paid once when it is back")
    func mainJob() async throws {
        try await story { world in
            let bill = try await world.issue(amount: 1_280)
            let phone = try await world.open()
            let photo = try await world.photo(bill)
            #expect(try await refusal { try await phone.bills.add(picture: photo) }.code == "number_not_verified")
            #expect(try await phone.identity.verifiedNumber() == nil)
            try await world.verify(phone)
            #expect(try await phone.identity.verifiedNumber()?.hasSuffix("018") == true)

            try await world.openPort(false)
            let kept = try await phone.bills.add(picture: photo)
            #expect(kept.number == bill.number && kept.payable == 1_280)
            let again = try await phone.bills.add(picture: world.photo(bill, seed: 2))
            #expect(again.id == kept.id, "the same paper twice is one bill")
            let wanted = try await phone.payments.payWhenConfirmed(bill: kept.id, provider: "jkopay")
            #expect(wanted.state == .needsConsent)
            let agreed = try await phone.payments.consent(wanted.id)
            #expect(agreed.state == .awaitingNetwork && agreed.agreed == 1_280)
            #expect(
                try await refusal { try await phone.payments.payWhenConfirmed(bill: kept.id, provider: "opay") }.code
                    == "already_being_paid")
            #expect(try await phone.payments.sync(patience: .seconds(5)).unreachable?.code == "offline")
            #expect(try await world.charges().isEmpty)

            try await world.openPort(true)
            let draining = Task { try await phone.payments.follow() }
            let paid = try await phone.payments.until(wanted.id) { $0.ended }
            #expect(paid.state == .settled && paid.charged == 1_280 && paid.receipt?.isEmpty == false)
            draining.cancel()
            #expect(try await phone.payments.history().map(\.id) == [wanted.id])
            #expect(
                try await refusal { try await phone.payments.payWhenConfirmed(bill: kept.id, provider: "opay") }.code
                    == "already_being_paid")
            #expect(try await world.charges() == [Charge(paymentId: wanted.id, amount: 1_280)])
        }
    }

    @Test("what was agreed to is there after a restart and is paid once")
    func restart() async throws {
        try await story { world in
            let vault = SoftVault()
            let bill = try await world.issue()
            var phone = try await world.verified(vault)
            let agreed = try await phone.agree(bill)
            try await world.openPort(false)
            phone.close()

            phone = try await world.open(vault)
            let queue = try await phone.payments.queue()
            #expect(queue.map(\.id) == [agreed.id] && queue.map(\.state) == [.awaitingNetwork])
            try await world.openPort(true)
            let synced = try await phone.payments.sync().payments
            #expect(synced.first { $0.id == agreed.id }?.state == .settled)
            phone.close()

            phone = try await world.open(vault)
            _ = try await phone.payments.sync()
            #expect(try await phone.payments.payment(agreed.id).state == .settled)
            #expect(try await world.charges().count == 1)
        }
    }

    @Test("a lost reply is asked about and never paid a second time")
    func lostReply() async throws {
        try await story { world in
            let phone = try await world.verified()
            let agreed = try await phone.agree(world.issue())
            try await world.fault("lost_reply", route: "put")
            let draining = Task { try await phone.payments.follow() }
            #expect(try await phone.payments.until(agreed.id) { $0.ended }.state == .settled)
            draining.cancel()
            #expect(try await world.charges().count == 1)
        }
    }

    @Test("a cancelled task cancels no payment")
    func cancellation() async throws {
        try await story { world in
            let phone = try await world.verified()
            let agreed = try await phone.agree(world.issue())
            try await world.fault("slow_reply", route: "put", ms: 4_000)
            let syncing = Task { try await phone.payments.sync() }
            _ = try await phone.payments.until(agreed.id) { $0.state == .submitting }
            syncing.cancel()
            await #expect(throws: CancellationError.self) { try await syncing.value }
            // The reply is not there yet: only the waiting has ended.
            #expect(try await phone.payments.payment(agreed.id).state == .submitting)
            // Nobody drains but the work that was begun.
            #expect(try await phone.payments.until(agreed.id) { $0.ended }.state == .settled)
            #expect(try await world.charges().count == 1)
        }
    }

    @Test("whoever stopped waiting for a verification may wait again")
    func waitAgain() async throws {
        try await story { world in
            let phone = try await world.open()
            let started = try await phone.identity.start(msisdn)
            #expect(!started.bindingMessage.isEmpty)
            let waiting = Task { try await phone.identity.finish() }
            await Task.yield()
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            #expect(try await phone.identity.verifiedNumber() == nil)
            async let finished: Void = phone.identity.finish()
            try await world.handset(approve: true)
            try await finished
            #expect(try await phone.identity.verifiedNumber()?.hasSuffix("018") == true)
        }
    }

    @Test("who waits for a verification that replaces another hears of that one, and the other is told")
    func replaced() async throws {
        try await story { world in
            let phone = try await world.open()
            _ = try await phone.identity.start("0900000019")
            let former = Task { try await phone.identity.finish() }
            try await Task.sleep(for: .milliseconds(200))
            _ = try await phone.identity.start(msisdn)
            async let finished: Void = phone.identity.finish()
            try await world.handset(approve: true)
            try await finished
            #expect(try await refusal { try await former.value }.code == "verification_replaced")
            #expect(try await phone.identity.verifiedNumber()?.hasSuffix("018") == true)
        }
    }

    @Test("a SIM that the mobile network knows needs nobody to approve, and another one does")
    func recognised() async throws {
        try await story { world in
            let phone = try await world.open()
            #expect(try await phone.identity.start(msisdn).mobileData == .notAsked)
            #expect(try await phone.identity.start(msisdn, over: NoMobileData()).mobileData == .off)
            let another = Sim(world: world, number: "+886900000077")
            #expect(try await phone.identity.start(msisdn, over: another).mobileData == .notRecognised)
            #expect(try await phone.identity.verifiedNumber() == nil)
            let own = Sim(world: world, number: e164)
            #expect(try await phone.identity.start(msisdn, over: own).mobileData == .recognised)
            try await phone.identity.finish()
            #expect(try await phone.identity.verifiedNumber()?.hasSuffix("018") == true)
        }
    }

    @Test("a refusal on the handset is told as such")
    func refusedOnHandset() async throws {
        try await story { world in
            let phone = try await world.open()
            _ = try await phone.identity.start(msisdn)
            try await world.handset(approve: false)
            let refused = try await refusal { try await phone.identity.finish() }
            guard case .Number = refused else { throw Failure(description: "\(refused)") }
            #expect(refused.code == "verification_refused")
        }
    }

    @Test("closing ends streams and what waits, and turns later calls away by name")
    func closing() async throws {
        try await story { world in
            let phone = try await world.verified()
            let agreed = try await phone.agree(world.issue())
            let collected = Task {
                var count = 0
                for try await _ in phone.payments.changes() { count += 1 }
                return count
            }
            let followed = Task { try await phone.payments.follow() }
            _ = try await phone.payments.until(agreed.id) { $0.ended }
            _ = try await phone.identity.start("0900000019")
            let verifying = Task { try await phone.identity.finish() }
            try await Task.sleep(for: .milliseconds(200))
            phone.close()
            phone.close()
            #expect(try await collected.value > 0)
            try await followed.value
            await #expect(throws: ClosedError.self) { try await verifying.value }

            let calls: [@Sendable () async throws -> Void] = [
                { _ = try await phone.payments.queue() }, { _ = try await phone.bills.all() },
                { _ = try await phone.identity.verifiedNumber() }, { _ = try await phone.payments.sync() },
                { _ = try await phone.export() }, { for try await _ in phone.payments.changes() {} },
                { try await phone.payments.follow() }, { _ = try phone.isDamaged },
            ]
            for call in calls {
                await #expect {
                    try await call()
                } throws: { error in
                    error is ClosedError && "\(error)".contains("PayTaipei is closed")
                }
            }
            let scanner = BillScanner()
            scanner.close()
            #expect(throws: ClosedError.self) { try scanner.reset() }
        }
    }

    @Test("letting go of the core closes it, though somebody stopped waiting for what goes on")
    func lettingGo() async throws {
        try await story { world in
            weak var core: PayTaipeiFFI.PayTaipei?
            do {
                let phone = try await world.verified()
                let draining = Task { try await phone.payments.follow() }
                _ = try await phone.agree(world.issue())
                for try await all in phone.payments.live() where all.contains(where: \.ended) { break }
                draining.cancel()
                await #expect(throws: CancellationError.self) { try await draining.value }
                core = try phone.home.core.enter()
                #expect(core != nil)
            }
            // What Swift's tasks hold goes a little later.
            for _ in 0..<100 where core != nil { try await Task.sleep(for: .milliseconds(20)) }
            #expect(core == nil)
        }
    }

    @Test("nothing personal shows when a value is printed")
    func printing() async throws {
        try await story { world in
            let phone = try await world.verified()
            let bill = try await world.issue()
            let agreed = try await phone.agree(bill)
            let frame = try await scan(picture: world.photo(bill))
            let values: [Any] = [
                try await phone.bills.all(), agreed, try await phone.export(), frame, try await phone.payments.sync(),
            ]
            let printed = values.map { "\($0) \(String(reflecting: $0))" }.joined()
            for secret in [bill.number, e164, msisdn, bill.owner] { #expect(!printed.contains(secret)) }
            #expect(printed.contains(agreed.id))
        }
    }

    @Test("a bill that an extension left is taken in once")
    func drops() async throws {
        try await story { world in
            let vault = SoftVault()
            let phone = try await world.verified(vault)
            let number = try await world.issue().number
            let left = BillDrop.number(biller: "kinmen-water", number: number)
            #expect(!"\(left) \(String(reflecting: left))".contains(number))
            try PayTaipeiKit.leaveDrop(dataFolder: world.config().dataFolder, bill: left, vault: vault)
            let taken = try await phone.bills.takeDrops()
            #expect(taken.count == 1 && taken[0].bill?.number == number && taken[0].refusal == nil)
            #expect(try await phone.bills.takeDrops().isEmpty)
            #expect(try await phone.bills.all().map(\.number) == [number])
        }
    }

    @Test("a phone that was revoked verifies with new keys and pays again")
    func renewal() async throws {
        try await story { world in
            let vault = SoftVault()
            let phone = try await world.verified(vault)
            let before = try vault.publicKey(purpose: .consent)
            try await world.revoke()
            #expect(try await refusal { try await phone.keyIn(world.issue()) }.code == "number_not_verified")
            try await world.verify(phone)
            #expect(try vault.publicKey(purpose: .consent) != before)
            let agreed = try await phone.agree(world.issue())
            _ = try await phone.payments.sync()
            #expect(try await phone.payments.payment(agreed.id).state == .settled)
        }
    }
}
