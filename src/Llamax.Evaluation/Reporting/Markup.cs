using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Llamax.Evaluation.Reporting;

/// <summary>
/// A page under construction. What stands in the code is markup; what is filled in is text and is always escaped, so no sentence,
/// name or file can become markup.
/// </summary>
public sealed class Markup
{
    private readonly StringBuilder _text = new();

    /// <summary>Appends markup with values filled in; the handler has done it by the time of the call.</summary>
    public Markup Add([InterpolatedStringHandlerArgument("")] ref Handler markup) => this;

    /// <summary>Appends markup without values.</summary>
    public Markup Add(string markup)
    {
        _text.Append(markup);
        return this;
    }

    public override string ToString() => _text.ToString();

    private void AddText(ReadOnlySpan<char> text)
    {
        foreach (var rune in text.EnumerateRunes()) // an unpaired surrogate comes as U+FFFD
        {
            _ = rune.Value switch
            {
                '<' => _text.Append("&lt;"),
                '>' => _text.Append("&gt;"),
                '&' => _text.Append("&amp;"),
                '"' => _text.Append("&quot;"),
                '\'' => _text.Append("&#39;"),
                '\t' or '\n' => _text.Append((char)rune.Value),
                < ' ' or (>= 0x7F and <= 0x9F) or 0xFFFE or 0xFFFF => _text.Append('\uFFFD'),
                _ => _text.Append(rune.ToString()),
            };
        }
    }

    /// <summary>The compiler's way to tell markup from values.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Handler
    {
        private readonly Markup _page;

        public Handler(int literalLength, int formattedCount, Markup page)
        {
            page._text.EnsureCapacity(page._text.Length + literalLength + (8 * formattedCount));
            _page = page;
        }

        public void AppendLiteral(string markup) => _page._text.Append(markup);

        public void AppendFormatted(string? text) => _page.AddText(text);

        public void AppendFormatted<T>(T value, string? format = null)
            where T : IFormattable => _page.AddText(value.ToString(format, CultureInfo.InvariantCulture));
    }
}
