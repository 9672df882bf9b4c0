#!/usr/bin/env dotnet
#:property PublishAot=false
#:project ../src/Llamax.Decoding/Llamax.Decoding.csproj
// dotnet run samples/02-translate-a-file.cs -- MODEL-FOLDER en.txt de.txt en de      killed, it goes on where it stopped
using Llamax.Decoding.Translators;

using var log = TranslationLog.Open(args[2] + ".journal", keepsProblems: true);
using var job = new TranslationJob(ModelTranslator.Open(args[0]), log, ModelFingerprint.Of(args[0]));
var lines = File.ReadLines(args[1]).Select(line => new TranslationRequest(line, args[3], args[4]));
using var output = new StreamWriter(args[2]);
foreach (var (number, translation) in job.Translate(lines).Index())
{
    output.WriteLine(translation.Text);
    Console.Error.Write($"\r{number + 1} lines");
}
