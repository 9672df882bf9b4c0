#!/usr/bin/env dotnet
#:property PublishAot=false
#:project ../src/Llamax.Decoding/Llamax.Decoding.csproj
// dotnet run samples/01-translate-a-sentence.cs -- MODEL-FOLDER "4 May 2021" en de
using Llamax.Decoding.Translators;

using var translator = ModelTranslator.Open(args[0]);
foreach (var translation in translator.Translate([new(args[1], args[2], args[3])]))
    Console.WriteLine(translation.Problem ?? translation.Text);
