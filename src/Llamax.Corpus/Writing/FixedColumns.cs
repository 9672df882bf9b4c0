using Llamax.Corpus.Reading;

namespace Llamax.Corpus.Writing;

/// <summary>The further columns of a format in which all records have the same: those of the first record.</summary>
internal sealed class FixedColumns(IReadOnlyList<string> names)
{
    public IReadOnlyList<string> Names { get; } = names;

    /// <summary>The values of a record in this order, empty where it has none; or why it does not fit.</summary>
    public string? Arrange(ExtraColumns? columns, out string[] values)
    {
        values = columns is not null && columns.Names.SequenceEqual(Names)
            ? [.. columns.Values]
            : [.. Names.Select(name => columns?[name] ?? "")];
        var other = columns?.Names.FirstOrDefault(name => !Names.Contains(name));
        return other is null ? null : $"a column \"{other}\", which the first record lacks";
    }

    /// <summary>Why names cannot stand beside each other; null where they can.</summary>
    public static string? Repeated(IEnumerable<string> names)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return names.FirstOrDefault(name => !seen.Add(name)) is { } twice ? $"the name \"{twice}\" twice" : null;
    }
}
