//! Following a reply.

use super::{Call, Stage};
use crate::dialogtech::{
    self,
    document::{Instruction, Refused},
};
use crate::event::{Ended, Event};
use crate::exchange::{Reply, Request};
use crate::setting::Provider;
use crate::{twiml, wix_answers};
use ringbolt_core::flow::{
    PortalId, Step,
    graph::{End, Place},
};
use ringbolt_core::time::EpochMs;
use std::fmt;
use std::sync::Arc;

impl Call {
    pub(super) fn request(&self, now: EpochMs) -> Request {
        match self.setting.provider {
            Provider::DialogTech => dialogtech::request::results(&self.setting, &self.run),
            Provider::WixAnswers => wix_answers::request(&self.setting, &self.run, now),
            // A document says what is asked next, and where.
            Provider::Twiml => twiml::request::first(&self.setting),
        }
    }

    pub(super) fn follow(&mut self, reply: Option<Reply>, now: EpochMs) {
        let reply = match reply {
            None => return self.refuse(&Refused::NoReply, now),
            Some(Reply { status, .. }) if !(200..300).contains(&status) => {
                return self.refuse(&Refused::Status(status), now);
            }
            Some(reply) => reply,
        };
        match self.setting.provider {
            Provider::Twiml => self.follow_document(&reply, now),
            Provider::WixAnswers => self.follow_wix(&reply.body, now),
            Provider::DialogTech if self.reads_text() => {
                self.hear(&reply.body, now);
                self.move_to(Place::End(End::Say));
                self.end(Ended::Read { hangs_up: false }, now);
            }
            Provider::DialogTech => match dialogtech::document::read(&reply.body) {
                Ok(instruction) => self.obey(instruction, now),
                Err(refused) => self.refuse(&refused, now),
            },
        }
    }

    pub(super) fn refuse(&mut self, why: &dyn fmt::Display, now: EpochMs) {
        let why = match self.setting.provider {
            Provider::DialogTech => format!("{why}. Its Backup Routing takes the call"),
            Provider::WixAnswers => why.to_string(),
            Provider::Twiml => format!("{why}. Its fallback URL takes the call, if there is one"),
        };
        self.end(Ended::GaveUp { why }, now);
    }

    /// Whether the portal has this IVR set to "Retrieve message and read to user".
    fn reads_text(&self) -> bool {
        let Place::Ivr(name) = &self.place else { return false };
        let ivr = self.setting.flow.ivrs.get(name);
        ivr.is_some_and(|ivr| matches!(ivr.step, Some(Step::Say(_))))
    }

    fn obey(&mut self, instruction: Instruction, now: EpochMs) {
        match instruction {
            Instruction::Ivr { id, question_id, user_parameters, pass_through } => {
                if let Some(question) = question_id {
                    let note = format!("The IVR would begin at its question {question}, which only the portal knows.");
                    self.note(Event::Note(note), now);
                }
                self.enter_by_id(&id, &user_parameters, &pass_through, now);
            }
            Instruction::FindMe(findme) => self.ring(findme, now),
            Instruction::Transfer { destination } => self.leave(End::Transfer(destination), now),
            Instruction::Hangup => self.leave(End::HangUp, now),
            Instruction::VirtualReceptionist { id } => self.leave(End::VirtualReceptionist(id), now),
            Instruction::Voicemail { id } => self.leave(End::Voicemail(id), now),
        }
    }

    pub(super) fn enter_by_id(
        &mut self,
        id: &PortalId,
        parameters: &[(String, String)],
        pass_through: &str,
        now: EpochMs,
    ) {
        let flow = Arc::clone(&self.setting.flow);
        match flow.ivrs.by_id(id) {
            Some(ivr) => self.enter(ivr, parameters, pass_through, now),
            None => self.refuse(&Refused::NoSuchIvr(id.to_string()), now),
        }
    }

    fn follow_wix(&mut self, body: &str, now: EpochMs) {
        let flow = Arc::clone(&self.setting.flow);
        match wix_answers::read(body) {
            wix_answers::Told::Disconnect => {
                self.move_to(Place::End(End::HangUp));
                self.end(Ended::Disconnected, now);
            }
            wix_answers::Told::Ivr(guid) => {
                let wix = flow.wix_answers.as_ref();
                let name = wix.and_then(|wix| wix.name_of(&guid));
                let says = name.and_then(|name| wix?.ivrs.get(name)?.says.as_ref());
                let place = Place::End(End::WixIvr(name.map_or_else(|| guid.canonical(), ToString::to_string)));
                self.move_to(place.clone());
                self.note(Event::Moved(place.clone()), now);
                if let Some(says) = says {
                    self.hear(says.as_str(), now);
                }
                self.stage = Stage::Elsewhere(place);
            }
            wix_answers::Told::Nonsense => {
                let why = "the reply is neither empty nor the GUID of an IVR".to_owned();
                self.end(Ended::GaveUp { why }, now);
            }
        }
    }
}
