using System.Globalization;
using System.Text;
using Llamax.Corpus;
using Llamax.Corpus.Packing;
using Spectre.Console;

namespace Llamax.Cli.Rendering;

/// <summary>
/// A packed document for people. In colour, learnt tokens are green, others grey, and every second token has a shade behind it; without,
/// tokens are set apart by spaces and what is learnt stands in brackets.
/// </summary>
internal static class DocumentView
{
    private static readonly Color Shade = new(48, 48, 48);

    /// <summary>Whether standard output is a terminal that may be coloured (no-color.org).</summary>
    internal static bool IsColoured =>
        !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    internal static void Write(InspectedDocument document, bool isColoured)
    {
        if (isColoured)
            WriteColoured(document);
        else
            WritePlain(document);
    }

    private static void WritePlain(InspectedDocument document)
    {
        var tokens = new StringBuilder();
        var isLearnt = false;
        foreach (var token in document.Tokens)
        {
            if (isLearnt && !token.IsLearnt)
                tokens.Append(']');
            if (tokens.Length > 0)
                tokens.Append(' ');
            if (!isLearnt && token.IsLearnt)
                tokens.Append('[');
            tokens.Append(token.Piece);
            isLearnt = token.IsLearnt;
        }

        Console.Out.WriteLine($"--- {Heading(document)}");
        Console.Out.WriteLine(document.Text);
        Console.Out.WriteLine($"{tokens}{(isLearnt ? "]" : "")}");
    }

    private static void WriteColoured(InspectedDocument document)
    {
        var console = AnsiConsole.Console;
        console.Write(new Rule(Markup.Escape(Heading(document))) { Justification = Justify.Left, Style = new(Color.Yellow) });
        console.WriteLine(document.Text);
        var tokens = new Paragraph();
        for (var i = 0; i < document.Tokens.Count; i++)
        {
            var token = document.Tokens[i];
            tokens.Append(token.Piece, new Style(token.IsLearnt ? Color.Green : Color.Grey, i % 2 == 0 ? Color.Default : Shade));
        }

        console.Write(tokens);
        console.WriteLine();
    }

    private static string Heading(InspectedDocument document)
    {
        var what = document.Document;
        var languages = what.Target.Length == 0 ? what.Source : $"{what.Source}→{what.Target}";
        var origin = document.Origin?.ToString() ?? "origin not kept";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"block {document.Block}, document {document.Number}: {EntryKindNames.Of(what.Kind)} {languages}, {what.Length} tokens, "
            + $"{document.Tokens.Count(token => token.IsLearnt)} learnt, {origin}");
    }
}
