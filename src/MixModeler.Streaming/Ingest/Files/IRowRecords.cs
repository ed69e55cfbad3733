namespace MixModeler.Streaming.Ingest.Files;

/// <summary>Makes records of the rows of one file, of one format. Owned by one thread.</summary>
internal interface IRowRecords : IDisposable
{
    /// <summary>
    /// Why this row is no record; null where <see cref="Key"/> and <see cref="Value"/> are its record. Every row of a file is
    /// read, in order, also those that are not sent: how many equal ones came before is part of an id.
    /// </summary>
    RowFault? Read(in FileRow row);

    /// <summary>Holds nothing, though it is no fault.</summary>
    bool IsEmpty { get; }

    string Key { get; }

    /// <summary>Valid until the next row.</summary>
    ReadOnlySpan<byte> Value { get; }

    /// <summary>The word that dead letters of rows with faults are counted by.</summary>
    string FaultReason { get; }
}
