using System.CommandLine;
using Llamax.Cli.Rendering;
using Llamax.Corpus.Building;
using Llamax.Corpus.Packing;
using Llamax.Corpus.Sharding;
using Llamax.Pipelines.Data;
using Llamax.Text.Tokenization;

namespace Llamax.Cli.Verbs;

/// <summary><c>llamax pack ENTRIES</c>: a built training set with another tokenizer or block length than the recipe's.</summary>
internal static class PackVerb
{
    internal static Command Create()
    {
        var entries = new Argument<string>("ENTRIES") { Description = "A built training set (Parquet)" };
        var tokenizer = new Option<string>("--tokenizer", "-t")
        {
            Description = "A SentencePiece model or a tokenizer.json, also as .gz, or a folder with one",
            HelpName = "FILE",
            Required = true,
        };
        var output = new Option<string>("--out") { Description = "Folder of the blocks", HelpName = "DIR", Required = true };
        var blockLength = new Option<int>("--block-length")
        {
            Description = "Tokens in a block",
            HelpName = "N",
            DefaultValueFactory = _ => new PackingOptions().BlockLength,
        };
        var name = new Option<string>("--name")
        {
            Description = "Name of the files",
            HelpName = "NAME",
            DefaultValueFactory = _ => "blocks",
        };
        var cache = new Option<string?>("--cache")
        {
            Description = "Folder of texts that are tokenised already, which runs may share (default: tokens-cache in the folder of --out)",
            HelpName = "DIR",
        };
        var shard = new Option<string?>("--shard")
        {
            Description = "Tokenise the i-th of n parts into the cache, for --merge n",
            HelpName = "i/n",
        };
        var merge = new Option<int?>("--merge")
        {
            Description = "Lay blocks of what n shards tokenised; the bytes are those of one process",
            HelpName = "n",
        };
        var command = new Command("pack", """
            Turns a built training set into blocks of tokens: NAME.tokens, NAME.index and manifest.json. Prints the path of the index.
            No text is tokenised twice: not after an interruption, and not for another block length.

            Examples:
              llamax pack runs/mini-real/sets/base/built/entries.parquet --tokenizer llama2/tokenizer.model --out packed
              llamax pack entries.parquet --tokenizer runs/mini-real/tokenizer --out packed --block-length 2048
              llamax pack entries.parquet --tokenizer llama2/tokenizer.model --out packed --shard 2/8
              llamax pack entries.parquet --tokenizer llama2/tokenizer.model --out packed --merge 8
            """)
        { entries, tokenizer, output, blockLength, name, cache, shard, merge };
        command.SetAction((parsed, cancellation) =>
        {
            var events = Talk.Events();
            using var display = events as IDisposable;
            var options = new PackingOptions { BlockLength = parsed.GetValue(blockLength) };
            var folder = parsed.GetValue(output)!;
            var writer = new PackedCorpusWriter(TokenizerFile.Load(parsed.GetValue(tokenizer)!), options, events)
            {
                Cache = parsed.GetValue(cache) ?? PackedCorpusWriter.DefaultCache(folder),
                Merge = parsed.GetValue(merge),
            };
            var built = TrainingSetFile.Read(parsed.GetValue(entries)!).Until(cancellation);
            if (parsed.GetValue(shard) is { } part)
            {
                writer.WriteShard(built, Shard.Parse(part));
            }
            else
            {
                writer.Write(folder, parsed.GetValue(name)!, built);
                Console.Out.WriteLine(Path.Combine(folder, parsed.GetValue(name) + ".index"));
            }

            return Task.FromResult(CommandLine.Done);
        });
        return command;
    }
}
