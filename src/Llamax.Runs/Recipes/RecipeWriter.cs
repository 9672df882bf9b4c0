using System.Collections;
using System.Globalization;
using System.Text;

namespace Llamax.Runs.Recipes;

/// <summary>Writes option records as the YAML that <see cref="RecipeBinder"/> reads: every key, in the order of declaration.</summary>
public static class RecipeWriter
{
    public static string Write(object options)
    {
        var text = new StringBuilder();
        WriteRecord(text, options, 0);
        return text.ToString();
    }

    private static void WriteRecord(StringBuilder text, object record, int depth)
    {
        foreach (var property in RecipeBinder.OptionsOf(record.GetType()))
            WriteEntry(text, RecipeBinder.KeyOf(property), property.GetValue(record), depth);
    }

    private static void WriteEntry(StringBuilder text, string key, object? value, int depth)
    {
        text.Append(' ', depth * 2).Append(key).Append(':');
        if (Scalar(value) is { } scalar)
        {
            text.Append(' ').Append(scalar).Append('\n');
        }
        else if (value is IDictionary dictionary)
        {
            text.Append(dictionary.Count == 0 ? " {}\n" : "\n");
            foreach (DictionaryEntry entry in dictionary)
                WriteEntry(text, (string)entry.Key, entry.Value, depth + 1);
        }
        else if (value is IEnumerable list)
        {
            var items = list.Cast<object?>().ToList();
            if (items.All(i => Scalar(i) is not null))
            {
                text.Append(" [").AppendJoin(", ", items.Select(Scalar)).Append("]\n");
                return;
            }

            text.Append('\n');
            foreach (var item in items)
            {
                // The first key of a record stands behind the dash, the others below it.
                var block = new StringBuilder();
                WriteRecord(block, item!, depth + 2);
                text.Append(' ', (depth + 1) * 2).Append("- ").Append(block.ToString().AsSpan((depth + 2) * 2));
            }
        }
        else
        {
            text.Append('\n');
            WriteRecord(text, value!, depth + 1);
        }
    }

    private static string? Scalar(object? value) => value switch
    {
        null => "null",
        string s => Quote(s),
        bool b => b ? "true" : "false",
        Enum e => RecipeBinder.CamelCase(e.ToString()),
        double d => d.ToString("R", CultureInfo.InvariantCulture),
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => null,
    };

    private static string Quote(string text)
    {
        var plain = text.Length > 0 && char.IsAsciiLetter(text[0])
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '/' or '.')
            && text is not ("null" or "true" or "false" or "no" or "yes" or "on" or "off" or "y" or "n");
        return plain ? text : "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal) + "\"";
    }
}
