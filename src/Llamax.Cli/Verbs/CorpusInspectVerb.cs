using System.CommandLine;
using System.Text.Json.Nodes;
using Llamax.Cli.Rendering;
using Llamax.Corpus;
using Llamax.Corpus.Packing;
using Llamax.Pipelines.Data;
using Llamax.Runs;
using Llamax.Text.Tokenization;

namespace Llamax.Cli.Verbs;

/// <summary><c>llamax corpus inspect INDEX</c>: what lies in the blocks that a model is trained on.</summary>
internal static class CorpusInspectVerb
{
    internal static Command Create()
    {
        var index = new Argument<string>("INDEX") { Description = "NAME.index of a packed corpus, or a folder with one" };
        var tokenizer = new Option<string?>("--tokenizer", "-t")
        {
            Description = "The tokenizer that it was packed with (default: the one of the run that the corpus lies in)",
            HelpName = "FILE",
        };
        var block = new Option<int?>("--block") { Description = "Every document of this block, from 0", HelpName = "N" };
        var document = new Option<long?>("--document") { Description = "This document, from 0", HelpName = "N" };
        var containing = new Option<string?>("--containing") { Description = "The first document with this text", HelpName = "TEXT" };
        var pair = new Option<string?>("--pair")
        {
            Description = "The first document of this direction, or of this language alone",
            HelpName = "LANG[-LANG]",
        };
        var count = new Option<int>("--count")
        {
            Description = "At most so many documents where no block is named",
            HelpName = "N",
            DefaultValueFactory = _ => 1,
        };
        var plain = new Option<bool>("--plain") { Description = "Brackets around what is learnt instead of colours" };
        var json = new Option<bool>("--json") { Description = "Print a JSON array" };
        var command = new Command("inspect", """
            Turns packed documents back into text: tokens, which of them are learnt, and the file and line they come from.
            In colour, learnt tokens are green and others grey.

            Examples:
              llamax corpus inspect runs/mini-real/sets/base/packed
              llamax corpus inspect packed/blocks.index --tokenizer llama2/tokenizer.model --block 17
              llamax corpus inspect packed --tokenizer llama2/tokenizer.model --pair en-ha --containing kwana --count 3
            """)
        { index, tokenizer, block, document, containing, pair, count, plain, json };
        command.SetAction((parsed, cancellation) =>
        {
            if (parsed.GetValue(count) < 1)
                throw new RequestException($"{parsed.GetValue(count)} documents", "--count", "give 1 or more");
            var path = PackedFolders.IndexOf(parsed.GetValue(index)!);
            using var inspection = PackedInspection.Open(
                path, TokenizerFile.Load(parsed.GetValue(tokenizer) ?? PackedFolders.TokenizerOf(path)));
            var (source, target) = PackedFolders.Direction(parsed.GetValue(pair));
            var query = new InspectionQuery
            {
                Block = parsed.GetValue(block),
                Document = parsed.GetValue(document),
                Containing = parsed.GetValue(containing),
                Source = source,
                Target = target,
            };
            var found = inspection.Find(query).Until(cancellation);
            if (query.Block is null)
                found = found.Take(parsed.GetValue(count));
            var documents = found.ToList();
            if (documents.Count == 0)
                throw new RequestException("no document is like that", path, "ask for less, or for another block");
            if (parsed.GetValue(json))
                Results.WriteDocument(new JsonArray([.. documents.Select(ToJson)]));
            else
                foreach (var one in documents)
                    DocumentView.Write(one, isColoured: !parsed.GetValue(plain) && DocumentView.IsColoured);
            return Task.FromResult(CommandLine.Done);
        });
        return command;
    }

    private static JsonObject ToJson(InspectedDocument document) => new()
    {
        ["block"] = document.Block,
        ["document"] = document.Number,
        ["start"] = document.Document.Start,
        ["kind"] = EntryKindNames.Of(document.Document.Kind),
        ["source"] = document.Document.Source,
        ["target"] = document.Document.Target,
        ["origin"] = document.Origin is { } origin
            ? new JsonObject { ["file"] = origin.File, ["line"] = origin.Line, ["entries"] = origin.Lines }
            : null,
        ["text"] = document.Text,
        ["tokens"] = new JsonArray([.. document.Tokens.Select(token => new JsonObject
        {
            ["id"] = token.Id,
            ["piece"] = token.Piece,
            ["learnt"] = token.IsLearnt,
        })]),
    };
}
