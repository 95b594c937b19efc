import StrictJSON

extension Envelope {
  /// The envelope with a hop's changes: the fifteen fields in the specification's order, then the fields that it does not
  /// have. What is returned is what a scan of the bytes would find.
  /// - Parameter bytes: the bytes the envelope was made from.
  package func rewritten(_ rewrite: EnvelopeRewrite, of bytes: UnsafeRawBufferPointer) -> ScannedEnvelope {
    var written = Envelope.Written()
    let output = ByteOutput.bytes(expecting: Self.expectedBytes(of: rewrite, beside: bytes.count)) { output in
      write(rewrite, of: bytes, into: &output, noting: &written)
    }
    return ScannedEnvelope(
      bytes: output,
      envelope: Envelope(
        processCount: rewrite.processCount, totalProcessingTime: rewrite.totalProcessingTime,
        createTimestamp: written.createTimestamp, updateTimestamp: rewrite.updateTimestamp,
        isForResultList: false, fields: written.fields, payloadMembers: written.payloadMembers,
        additionalMembers: written.additionalMembers))
  }

  /// What is known of an envelope once it has been written.
  private struct Written {
    var fields = EnvelopeFieldSpans()
    var createTimestamp = 0.0
    var payloadMembers: ContiguousArray<JSONMember> = []
    var additionalMembers: ContiguousArray<JSONMember> = []
  }

  private func write(
    _ rewrite: EnvelopeRewrite, of bytes: UnsafeRawBufferPointer, into output: inout ByteOutput,
    noting written: inout Written
  ) {
    var writer = EnvelopeWriter(output)
    writeIdentity(rewrite, of: bytes, into: &writer)
    writeRouting(rewrite, into: &writer)
    written.payloadMembers = writer.write(",\"payload\":", .payload) {
      writePayload(rewrite, of: bytes, into: &$0)
    }
    writer.write(",\"update_ts\":", .updateTimestamp, number: rewrite.updateTimestamp)
    writeResultList(rewrite, of: bytes, into: &writer)
    writer.write(",\"trace\":", .trace) { writeTrace(rewrite, of: bytes, into: &$0) }
    writer.write(",\"process_count\":", .processCount, number: rewrite.processCount)
    writer.write(
      ",\"total_processing_time\":", .totalProcessingTime, number: rewrite.totalProcessingTime)
    written.createTimestamp = writeCreateTimestamp(rewrite, of: bytes, into: &writer)
    if !additionalMembers.isEmpty { written.additionalMembers = writer.write(additionalMembers, of: bytes) }
    writer.append("}")
    written.fields = writer.fields
    output = writer.output
  }

  // Enough in the common case: routing, a trace entry and figures take a few hundred bytes.
  private static func expectedBytes(of rewrite: EnvelopeRewrite, beside inbound: Int) -> Int {
    let hop = 512
    switch rewrite.payload {
    case .keep: return inbound + hop
    case .merge(let reply), .replace(let reply): return inbound + reply.bytes.count + hop
    }
  }

  private func writeIdentity(
    _ rewrite: EnvelopeRewrite, of bytes: UnsafeRawBufferPointer, into writer: inout EnvelopeWriter
  ) {
    if let conversationID = rewrite.newMessage?.conversationID {
      writer.write("{\"conversation_id\":", .conversationID, text: conversationID)
    } else {
      writer.write(
        "{\"conversation_id\":", .conversationID, copying: span(.conversationID).bytes(in: bytes))
    }
    if let messageID = rewrite.newMessage?.messageID {
      writer.write(",\"message_id\":", .messageID, text: messageID)
    } else {
      writer.write(",\"message_id\":", .messageID, copying: span(.messageID).bytes(in: bytes))
    }
  }

  private func writeRouting(_ rewrite: EnvelopeRewrite, into writer: inout EnvelopeWriter) {
    writer.write(",\"target_role\":", .targetRole, text: rewrite.targetRole)
    if rewrite.targetAgentID == nil, rewrite.targetList == nil {
      // As nearly all are.
      writer.append(",\"target_agent_id\":null,\"target_list\":null")
    } else {
      writer.write(",\"target_agent_id\":", .targetAgentID, text: rewrite.targetAgentID)
      writer.write(",\"target_list\":", .targetList, text: rewrite.targetList)
    }
    writer.write(rewrite.sender)
    writer.write(",\"kind\":", .kind, text: rewrite.kind)
  }

  /// Returns where its members stand in the payload.
  private func writePayload(
    _ rewrite: EnvelopeRewrite, of bytes: UnsafeRawBufferPointer, into output: inout ByteOutput
  ) -> ContiguousArray<JSONMember> {
    let inbound = span(.payload)
    if case .keep = rewrite.payload, case .keep = rewrite.hostMember, rewrite.errors.isEmpty,
      !inbound.isAbsent
    {
      output.append(bytes: inbound.bytes(in: bytes))
      return payloadMembers
    }
    var writer = PayloadWriter(
      inbound: inbound.bytes(in: bytes), members: payloadMembers, hostMember: rewrite.hostMember,
      errors: rewrite.errors)
    writer.write(rewrite.payload, into: &output)
    return writer.members
  }

  private func writeResultList(
    _ rewrite: EnvelopeRewrite, of bytes: UnsafeRawBufferPointer, into writer: inout EnvelopeWriter
  ) {
    if let resultList = rewrite.newMessage?.resultList {
      writer.write(",\"result_list\":", .resultList, text: resultList)
    } else if span(.resultList).isAbsent {
      writer.write(",\"result_list\":", .resultList, text: resultList(in: bytes))
    } else {
      writer.write(",\"result_list\":", .resultList, copying: span(.resultList).bytes(in: bytes))
    }
  }

  private func writeTrace(
    _ rewrite: EnvelopeRewrite, of bytes: UnsafeRawBufferPointer, into output: inout ByteOutput
  ) {
    var needsComma = false
    if span(.trace).isAbsent || rewrite.newMessage?.keepsTrace == false {
      output.append(ASCII.openBracket)
    } else {
      needsComma = output.append(openArray: span(.trace).bytes(in: bytes))
    }
    if let step = rewrite.trace {
      if needsComma { output.append(ASCII.comma) }
      step.write(into: &output)
    }
    output.append(ASCII.closeBracket)
  }

  /// Returns the time.
  private func writeCreateTimestamp(
    _ rewrite: EnvelopeRewrite, of bytes: UnsafeRawBufferPointer, into writer: inout EnvelopeWriter
  ) -> Double {
    if rewrite.newMessage == nil, !span(.createTimestamp).isAbsent {
      writer.write(
        ",\"create_ts\":", .createTimestamp, copying: span(.createTimestamp).bytes(in: bytes))
      return createTimestamp
    }
    let time = rewrite.newMessage?.createTimestamp ?? createTimestamp
    writer.write(",\"create_ts\":", .createTimestamp, number: time)
    return time
  }
}

extension Envelope {
  /// The envelope as it is, but for the host's own member of the payload.
  /// - Parameter bytes: the bytes the envelope was made from.
  package func written(with member: HostMember, of bytes: UnsafeRawBufferPointer) -> [UInt8] {
    let payload = span(.payload)
    let room = 256
    return ByteOutput.bytes(expecting: bytes.count + room) { output in
      output.append(bytes: UnsafeRawBufferPointer(rebasing: bytes[..<Int(payload.start)]))
      var writer = PayloadWriter(
        inbound: payload.bytes(in: bytes), members: payloadMembers, hostMember: member.edit, errors: [])
      writer.write(.keep, into: &output)
      output.append(bytes: UnsafeRawBufferPointer(rebasing: bytes[payload.end...]))
    }
  }
}
