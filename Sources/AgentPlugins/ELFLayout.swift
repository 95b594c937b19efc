/// Offsets, sizes and numbers of ELF's 64-bit format, as far as an agent library is read.
enum ELFLayout {
  static let magic: [UInt8] = [0x7f, 0x45, 0x4c, 0x46]
  static let class64: UInt8 = 2
  static let littleEndian: UInt8 = 1
  static let sharedObject: UInt16 = 3
  static let machineX86: UInt16 = 62
  static let machineARM: UInt16 = 183

  /// The machine this host was built for.
  static var hostMachine: UInt16 {
    #if arch(x86_64)
      machineX86
    #elseif arch(arm64)
      machineARM
    #else
      #error("agenthost runs on x86_64 and aarch64")
    #endif
  }

  enum Header {
    static let size: UInt64 = 64
    static let fileClass: UInt64 = 4
    static let byteOrder: UInt64 = 5
    static let type: UInt64 = 16
    static let machine: UInt64 = 18
    static let segmentTable: UInt64 = 32
    static let sectionTable: UInt64 = 40
    static let segmentSize: UInt64 = 54
    static let segmentCount: UInt64 = 56
    static let sectionSize: UInt64 = 58
    static let sectionCount: UInt64 = 60
    static let sectionNames: UInt64 = 62
  }

  enum Segment {
    static let size: UInt64 = 56
    static let flags: UInt64 = 4
    static let offset: UInt64 = 8
    static let address: UInt64 = 16
    static let fileSize: UInt64 = 32
    static let load: UInt32 = 1
    static let executable: UInt32 = 1
  }

  enum Section {
    static let size: UInt64 = 64
    static let type: UInt64 = 4
    static let offset: UInt64 = 24
    static let byteCount: UInt64 = 32
    static let link: UInt64 = 40
    static let occupiesNoFile: UInt32 = 8
    static let symbols: UInt32 = 2
    static let dynamicSymbols: UInt32 = 11
    static let dynamic: UInt32 = 6
    static let relocations: UInt32 = 4
  }

  enum Relocation {
    static let size: UInt64 = 24
    static let info: UInt64 = 8
  }

  enum Dynamic {
    static let size: UInt64 = 16
    static let value: UInt64 = 8
    static let needed: UInt64 = 1
  }

  enum Symbol {
    static let size: UInt64 = 24
    static let info: UInt64 = 4
    static let section: UInt64 = 6
    static let value: UInt64 = 8
    static let byteCount: UInt64 = 16
    static let function: UInt8 = 2
    static let global: UInt8 = 1
    static let weak: UInt8 = 2
  }
}
